"""Who owes what by month, every other month, quarter and year in the Sandwell framework."""

from collections import Counter

import pytest

from qaframework.allocation.models import Programme
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import ProgrammeYear
from tests.frameworks.conftest import Employ, Grow, Plan

MONTHS = [month.key for month in ProgrammeYear(2026).months]
PAIRS = [set(MONTHS[place : place + 2]) for place in range(0, 12, 2)]
QUARTERS = [set(MONTHS[place : place + 3]) for place in range(0, 12, 3)]


def months(programme: Programme, post: Post, activity: str) -> list[str]:
    work = programme.assignments.filter(post=post, activity=activity)
    return sorted(work.values_list("period", flat=True))


def once_in_each(found: list[str], stretches: list[set[str]]) -> bool:
    return [sum(month in stretch for month in found) for stretch in stretches] == [1] * len(stretches)


@pytest.mark.clause("SAN-10", "SAN-13")
@pytest.mark.parametrize(
    ("role", "activity"),
    [
        ("team_manager", "learning_audit"),
        ("senior_manager", "themed_learning_audit"),
        ("head_of_service", "leaders_learning_audit"),
        ("director", "leaders_learning_audit"),
    ],
)
def test_every_leader_audits_in_one_of_two_months(
    root: Unit, employ: Employ, plan: Plan, role: str, activity: str
) -> None:
    posts = employ(root, role, 4)
    programme = plan("sandwell")
    for post in posts:
        assert once_in_each(months(programme, post, activity), PAIRS)
    in_april = sum("2026-04" in months(programme, post, activity) for post in posts)
    assert in_april == 2


@pytest.mark.clause("SAN-12")
def test_directors_audit_shadow_and_observe(root: Unit, employ: Employ, plan: Plan) -> None:
    (director,) = employ(root, "director")
    programme = plan("sandwell")
    assert once_in_each(months(programme, director, "leaders_learning_audit"), PAIRS)
    assert once_in_each(months(programme, director, "shadow_visit"), QUARTERS)
    assert once_in_each(months(programme, director, "conference_observation"), QUARTERS)
    assert months(programme, director, "practice_observation") == MONTHS


@pytest.mark.clause("SAN-13")
def test_heads_of_service_observe_every_other_month_and_hold_a_mock_inspection_a_quarter(
    root: Unit, employ: Employ, plan: Plan
) -> None:
    (head,) = employ(root, "head_of_service")
    programme = plan("sandwell")
    assert once_in_each(months(programme, head, "practice_observation"), PAIRS)
    assert once_in_each(months(programme, head, "mock_inspection"), QUARTERS)


@pytest.mark.clause("SAN-10")
def test_service_managers_of_one_unit_owe_what_others_do_not(
    root: Unit, grow: Grow, employ: Employ, plan: Plan
) -> None:
    early_help = grow("early-help", Unit.Kind.FUNCTION)
    safeguarding = grow("safeguarding-unit", Unit.Kind.FUNCTION)
    (validates,) = employ(early_help, "senior_manager")
    (watches,) = employ(safeguarding, "senior_manager")
    (other,) = employ(root, "senior_manager")
    programme = plan("sandwell")
    assert once_in_each(months(programme, validates, "validation_visit"), QUARTERS)
    assert months(programme, other, "validation_visit") == []
    assert months(programme, watches, "practice_observation") == MONTHS
    assert once_in_each(months(programme, other, "practice_observation"), PAIRS)
    assert once_in_each(months(programme, watches, "leaders_learning_audit"), PAIRS)
    assert months(programme, watches, "themed_learning_audit") == []


def test_one_unannounced_visit_a_quarter_is_shared_by_heads_and_directors(
    root: Unit, employ: Employ, plan: Plan
) -> None:
    posts = employ(root, "head_of_service", 3) + employ(root, "director")
    programme = plan("sandwell")
    found = [month for post in posts for month in months(programme, post, "qa_visit")]
    assert once_in_each(found, QUARTERS)
    assert all(len(months(programme, post, "qa_visit")) == 1 for post in posts)


@pytest.mark.clause("SAN-36")
def test_leaders_go_back_to_the_floor_once_a_year_on_days_settled_later(
    root: Unit, employ: Employ, plan: Plan
) -> None:
    roles = ("executive_director", "director", "head_of_service", "senior_manager")
    posts = [employ(root, role)[0] for role in roles]
    programme = plan("sandwell")
    weeks = programme.assignments.filter(activity="back_to_the_floor")
    assert Counter(weeks.values_list("post", flat=True)) == {post.pk: 1 for post in posts}
    assert set(weeks.values_list("state", "due_on")) == {("planned", None)}
