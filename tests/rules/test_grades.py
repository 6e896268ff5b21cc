from statistics import median_high

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.grades import (
    Grade,
    GradeScheme,
    OverallRule,
    indicators_need_reason,
    suggest_overall,
)

KEYS = ("outstanding", "good", "requires_improvement", "inadequate")
GRADES = tuple(Grade(key, key.replace("_", " ").capitalize(), rank) for rank, key in enumerate(KEYS, 1))
OFSTED = GradeScheme("ofsted4", GRADES)
BY_SECTION = GradeScheme("ofsted4_no_overall", GRADES, has_overall=False)

given_grades = st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from([*KEYS, None]))
limiting_sections = st.sets(st.sampled_from("ABCDEFGH"))


def suggested(sections: dict[str, str | None], rule: str, limiting: str = "") -> str | None:
    return suggest_overall(OFSTED, sections, rule=rule, limiting=set(limiting)).grade


def test_a_scheme_knows_its_order() -> None:
    assert OFSTED.best.key == "outstanding"
    assert OFSTED.worst.key == "inadequate"
    assert OFSTED.rank("good") == 2


def test_the_order_of_writing_does_not_matter() -> None:
    assert GradeScheme("ofsted4", GRADES[::-1]) == OFSTED


def test_an_unknown_grade_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(ValueError, match="“fine” is not a grade of ofsted4.*outstanding, good"):
        OFSTED.rank("fine")


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ((Grade("a", "A", 1), Grade("b", "B", 3)), "1, 2, 3 and so on"),
        ((Grade("a", "A", 1), Grade("b", "B", 1)), "1, 2, 3 and so on"),
        ((Grade("a", "A", 1), Grade("a", "B", 2)), "a key of its own"),
    ],
)
def test_a_scheme_that_cannot_be_ranked_is_refused(grades: tuple[Grade, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GradeScheme("mine", grades)


@pytest.mark.parametrize(
    ("sections", "rule", "limiting", "overall"),
    [
        ({"A": "good", "B": "good", "C": "inadequate"}, "median", "", "good"),
        ({"A": "good", "B": "inadequate"}, "median", "", "inadequate"),
        ({"A": "good", "B": None}, "median", "", "good"),
        ({"A": "good", "B": "inadequate"}, "lowest_of", "", "inadequate"),
        ({"A": "good", "B": "inadequate"}, "lowest_of", "A", "good"),
        ({"A": "outstanding", "B": "outstanding", "C": "requires_improvement"}, "cap", "C", "good"),
        ({"A": "outstanding", "B": "outstanding", "C": "inadequate"}, "cap", "C", "requires_improvement"),
        ({"A": "outstanding", "B": "outstanding", "C": "inadequate"}, "cap", "", "outstanding"),
        ({"A": "inadequate", "B": "inadequate", "C": "outstanding"}, "cap", "C", "inadequate"),
        ({"A": None, "B": None}, "median", "", None),
        ({"A": "good", "B": None}, "lowest_of", "B", None),
        ({"A": "good"}, "auditor_judges", "A", None),
    ],
)
def test_suggestions(sections: dict[str, str | None], rule: str, limiting: str, overall: str | None) -> None:
    assert suggested(sections, rule, limiting) == overall


def test_the_reason_names_the_section_that_limits() -> None:
    sections: dict[str, str | None] = {"Plan": "outstanding", "Visits": "outstanding", "Risk": "inadequate"}
    suggestion = suggest_overall(OFSTED, sections, rule="cap", limiting={"Risk"})
    assert suggestion.reason == "Risk has the lowest grade, so the overall grade cannot be good or better."


@pytest.mark.parametrize(
    ("sections", "rule", "reason"),
    [
        ({"Plan": "good", "Visits": "inadequate"}, "lowest_of", "This is the lowest grade, in Visits."),
        (
            {"Plan": "outstanding", "Visits": "outstanding", "Risk": "requires_improvement"},
            "cap",
            "Risk limits the overall grade to one step above its own.",
        ),
        # The cap asks for nothing that the middle does not say already.
        (
            {"Plan": "good", "Visits": "good", "Risk": "requires_improvement"},
            "cap",
            "This is the middle of the section grades.",
        ),
    ],
)
def test_the_reason_says_what_decided(sections: dict[str, str | None], rule: str, reason: str) -> None:
    assert suggest_overall(OFSTED, sections, rule=rule, limiting={"Risk"} & sections.keys()).reason == reason


@given(given_grades, limiting_sections)
def test_the_cap_is_never_passed(sections: dict[str, str | None], limiting: set[str]) -> None:
    overall = suggest_overall(OFSTED, sections, rule="cap", limiting=limiting).grade
    limits = [OFSTED.rank(grade) for name, grade in sections.items() if grade and name in limiting]
    if overall and limits:
        assert OFSTED.rank(overall) >= max(limits) - 1
        assert max(limits) < OFSTED.worst.rank or not OFSTED.is_good_or_better(overall)


@given(given_grades, limiting_sections, st.sampled_from(OverallRule))
def test_a_suggestion_lies_between_the_best_and_the_worst_section(
    sections: dict[str, str | None], limiting: set[str], rule: str
) -> None:
    suggestion = suggest_overall(OFSTED, sections, rule=rule, limiting=limiting)
    ranks = sorted(OFSTED.rank(grade) for grade in sections.values() if grade)
    assert suggestion.reason.endswith(".")
    if suggestion.grade:
        assert ranks[0] <= OFSTED.rank(suggestion.grade) <= ranks[-1]
        assert rule != "median" or OFSTED.rank(suggestion.grade) == median_high(ranks)


@given(given_grades, limiting_sections, st.sampled_from(OverallRule))
def test_without_overall_grade_or_when_the_auditor_judges_nothing_is_suggested(
    sections: dict[str, str | None], limiting: set[str], rule: str
) -> None:
    assert suggest_overall(BY_SECTION, sections, rule=rule, limiting=limiting).grade is None
    assert suggest_overall(OFSTED, sections, rule="auditor_judges", limiting=limiting).grade is None


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="average"):
        suggested({"A": "good"}, "average")


def test_the_cap_works_on_a_scheme_of_two_grades() -> None:
    scheme = GradeScheme("met2", (Grade("met", "Met", 1), Grade("not_met", "Not met", 2)), good_or_better=1)
    sections: dict[str, str | None] = {"A": "met", "B": "met", "C": "not_met"}
    assert suggest_overall(scheme, sections, rule="cap", limiting={"C"}).grade == "not_met"


def test_below_good_can_be_stricter_than_one_step_above_the_worst() -> None:
    scheme = GradeScheme("ofsted4", GRADES, good_or_better=3)
    sections: dict[str, str | None] = {"A": "good", "B": "good", "C": "inadequate"}
    assert suggest_overall(scheme, sections, rule="cap", limiting={"C"}).grade == "inadequate"


@pytest.mark.parametrize(
    ("overall", "unmet", "needed"),
    [
        ("outstanding", {"chronology"}, True),
        ("good", {"chronology"}, True),
        ("good", set(), False),
        ("requires_improvement", {"chronology"}, False),
    ],
)
def test_good_with_unmet_indicators_needs_a_reason(overall: str, unmet: set[str], needed: bool) -> None:
    assert indicators_need_reason(OFSTED, overall, unmet) is needed
