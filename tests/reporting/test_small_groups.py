"""No small group can be worked out from what is shown beside its total, and few are told in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.caseload.models import PlanType
from qaframework.packs.definition import grade_scheme_from
from qaframework.rules.statistics import FEWEST_FOR_PERCENT
from reporting.figures.coverage import _groups as covered_groups
from reporting.figures.practice import RANDOM, Counted
from reporting.figures.practice import _groups as graded_groups
from reporting.figures.returns import ReturnFigures, Returns
from reporting.sections.returns import returns_sentence
from tests.factories.tools import FOUR_GRADES

SCHEME = grade_scheme_from(FOUR_GRADES).scheme
PLANS = [str(key) for key in PlanType.values]
audits = st.lists(
    st.tuples(st.sampled_from(PLANS), st.sampled_from([grade.key for grade in SCHEME.grades])), max_size=60
)


@given(audits)
def test_hidden_groups_of_audits_hide_each_other(found: list[tuple[str, str]]) -> None:
    rows = [Counted("plan_type", plan, RANDOM, grade, 1) for plan, grade in found]
    groups = graded_groups(SCHEME, rows, "plan_type", {})
    hidden = [group for group in groups if group.n is None]
    assert len(groups) == len({plan for plan, _ in found})
    assert len(hidden) != 1 or len(groups) == 1
    assert all(group.n is None or group.n >= FEWEST_FOR_PERCENT for group in groups)
    assert all(group.good_or_better is None for group in hidden)
    assert [group.label for group in groups] == sorted(group.label for group in groups)


@given(st.lists(st.tuples(st.sampled_from(PLANS), st.booleans(), st.integers(1, 9)), max_size=12))
def test_hidden_groups_of_cases_hide_each_other(found: list[tuple[str, bool, int]]) -> None:
    groups = covered_groups(found)
    hidden = [group for group in groups if group.covered is None]
    assert len(hidden) != 1 or len(groups) == 1
    assert all(group.covered is None or group.covered.whole >= FEWEST_FOR_PERCENT for group in groups)


@pytest.mark.parametrize(
    ("due", "in_time", "said"),
    [
        (1, 1, "Of 1 piece of work due in May, 1 was handed in in time."),
        (3, 2, "Of 3 pieces of work due in May, 2 were handed in in time."),
        (18, 17, "Of 18 pieces of work due in May, 94% (17 of 18, likely between 74% and 99%) were handed"),
    ],
)
def test_the_number_of_what_was_due_is_not_said_twice_where_there_is_no_percentage(
    due: int, in_time: int, said: str
) -> None:
    line = Returns("All", due, in_time, due - in_time, 0, 0, 0, 0)
    assert returns_sentence(ReturnFigures(line, line, (), (), (), ()), "May").startswith(said)
