"""How far grades of one case lie apart, and each auditor from what was agreed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.benchmarking import compare, steps_apart
from qaframework.rules.grades import Grade, GradeScheme

KEYS = ("outstanding", "good", "requires_improvement", "inadequate")
SCHEME = GradeScheme("four", tuple(Grade(key, key, rank) for rank, key in enumerate(KEYS, 1)))
grades = st.sampled_from(KEYS)
sections = st.sampled_from(["recording", "plan", "visits", "overall grade"])
graded = st.dictionaries(sections, grades)
groups = st.dictionaries(st.integers(1, 13), graded)


@pytest.mark.parametrize(
    ("given_grades", "steps"),
    [
        ([], None),
        (["good"], None),
        (["good", "good"], 0),
        (["good", "outstanding", "good"], 1),
        (["inadequate", "good", "outstanding"], 3),
    ],
)
def test_steps_between_the_best_and_the_worst(given_grades: list[str], steps: int | None) -> None:
    assert steps_apart(SCHEME, given_grades) == steps


def test_an_exercise_reckoned_by_hand() -> None:
    found = compare(
        SCHEME,
        {
            1: {"recording": "good", "plan": "good"},
            2: {"recording": "outstanding", "plan": "good"},
            3: {"recording": "inadequate", "plan": "requires_improvement", "visits": "good"},
            4: {"visits": "good"},
        },
        {"recording": "good", "plan": "good"},
    )
    assert (found.agreement.n, found.agreement.exact, found.agreement.within_one) == (6, 3, 5)
    assert found.leans == {1: 0, 2: 0.5, 3: -1.5}


@given(groups, graded)
def test_counts_are_those_of_the_naive_reckoning(
    group: dict[int, dict[str, str]], agreed: dict[str, str]
) -> None:
    apart = [
        KEYS.index(agreed[section]) - KEYS.index(grade)
        for own in group.values()
        for section, grade in own.items()
        if section in agreed
    ]
    found = compare(SCHEME, group, agreed)
    assert found.agreement.n == len(apart)
    assert found.agreement.exact == apart.count(0)
    assert found.agreement.within_one == sum(-1 <= step <= 1 for step in apart)
    assert found.leans.keys() == {one for one, own in group.items() if own.keys() & agreed.keys()}
    weights = {one: len(own.keys() & agreed.keys()) for one, own in group.items()}
    total = sum(lean * weights[one] for one, lean in found.leans.items())
    assert total == pytest.approx(sum(apart))


@given(groups, graded)
def test_whoever_gives_what_is_agreed_does_not_lean_and_nobody_leans_further_than_the_scale(
    group: dict[int, dict[str, str]], agreed: dict[str, str]
) -> None:
    leans = compare(SCHEME, {**group, 99: dict(agreed)}, agreed).leans
    assert leans.get(99, 0) == 0
    assert all(abs(lean) <= len(KEYS) - 1 for lean in leans.values())


@given(st.lists(grades, min_size=2), st.randoms())
def test_the_order_of_the_auditors_does_not_matter(given_grades: list[str], chance: object) -> None:
    shuffled = list(given_grades)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert steps_apart(SCHEME, shuffled) == steps_apart(SCHEME, given_grades)
