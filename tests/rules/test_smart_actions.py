from datetime import date

import pytest

from qaframework.rules.smart_actions import Finding, Severity, check_action
from qaframework.rules.working_days import WorkingCalendar

CALENDAR = WorkingCalendar()
TODAY = date(2026, 11, 10)
WHAT = "Visit Case 104's school to hear the child's wishes about contact"
MEASURE = "The child's own words are on the record and shape the plan"


def check(**changes: object) -> list[Finding]:
    arguments: dict[str, object] = {
        "what": WHAT,
        "measure": MEASURE,
        "due_on": date(2026, 11, 30),
        "today": TODAY,
        "has_owner": True,
        "priority": "standard",
        "calendar": CALENDAR,
    }
    return check_action(**(arguments | changes))  # type: ignore[arg-type]


def found(**changes: object) -> list[tuple[str, Severity]]:
    return [(finding.letter, finding.severity) for finding in check(**changes)]


def test_a_smart_action_has_nothing_to_mend() -> None:
    assert check() == []
    assert check(due_on=TODAY) == []


@pytest.mark.parametrize(
    "words",
    [
        "ASAP",
        "asap.",
        "A.S.A.P.",
        "As soon as possible",
        "ongoing",
        "On-going",
        "when possible",
        "TBC",
        "tbc",
    ],
)
def test_a_vague_time_scale_is_refused_with_an_example(words: str) -> None:
    (finding,) = check(timescale=words, due_on=None)
    assert (finding.letter, finding.severity) == ("T", Severity.REFUSE)
    assert "Give a date instead" in finding.message
    assert "24 November 2026" in finding.message


@pytest.mark.parametrize("words", ["ASAP", "as soon as possible", "when possible", "TBC"])
def test_a_vague_time_scale_in_the_text_is_refused_even_with_a_date(words: str) -> None:
    assert found(what=f"Update the chronology {words}") == [("T", Severity.REFUSE)]
    assert found(measure=f"Chronology on file {words}") == [("T", Severity.REFUSE)]


def test_any_other_text_where_a_date_belongs_is_refused_too() -> None:
    assert found(timescale="soon", due_on=None) == [("T", Severity.REFUSE)]


def test_ongoing_is_a_time_scale_only_at_the_end() -> None:
    assert check(what="Review the ongoing risk from the older brother") == []
    assert found(what="Support for the carers is ongoing.") == [("T", Severity.REFUSE)]


@pytest.mark.parametrize("text", ["", "  \n"])
def test_what_and_measure_and_owner_and_date_are_needed(text: str) -> None:
    refused = found(what=text, measure=text, due_on=None, has_owner=False)
    assert refused == [(letter, Severity.REFUSE) for letter in "SMAT"]


def test_a_date_that_has_passed_is_refused() -> None:
    (finding,) = check(due_on=date(2026, 11, 9))
    assert finding.severity is Severity.REFUSE
    assert finding.message == "9 November 2026 has passed. Give a date from 10 November 2026 on."


@pytest.mark.parametrize(
    "what",
    [
        "Update the chronology and arrange a strategy discussion",
        "Update the chronology; speak to the school",
        "Update the chronology. Visit the child alone",
        "Update the chronology, then book the review",
    ],
)
def test_two_actions_in_one_are_warned_of(what: str) -> None:
    assert found(what=what) == [("S", Severity.WARN)]


def test_one_action_about_two_things_is_fine() -> None:
    assert check(what="Update the chronology and the genogram") == []


@pytest.mark.parametrize(("due_on", "fine"), [(date(2026, 11, 17), True), (date(2026, 11, 18), False)])
def test_an_immediate_action_has_five_working_days(due_on: date, fine: bool) -> None:
    findings = check(priority="immediate", due_on=due_on, reason="The school is closed")
    assert (findings == []) is fine
    assert fine or "up to 17 November 2026" in findings[0].message


@pytest.mark.parametrize(("due_on", "fine"), [(date(2026, 12, 10), True), (date(2026, 12, 11), False)])
def test_a_standard_action_has_a_month_unless_there_is_a_reason(due_on: date, fine: bool) -> None:
    assert (check(due_on=due_on) == []) is fine
    assert check(due_on=due_on, reason="The court meets on 11 December") == []
    assert (check(due_on=due_on, reason=" ") == []) is fine


def test_a_learning_action_may_take_longer() -> None:
    assert check(priority="learning", due_on=date(2027, 3, 1)) == []


def test_an_unknown_priority_is_refused() -> None:
    with pytest.raises(ValueError, match="urgent"):
        check(priority="urgent")
