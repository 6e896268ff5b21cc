import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.smart_actions import NO_END, Finding, Severity, check_action, meant_day
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


# What people really type

TYPED = [
    "ongoing",
    "on-going",
    "On an ongoing basis",
    "ASAP",
    "as soon as possible",
    "Immediately",
    "urgent",
    "continue to monitor",
    "weekly",
    "TBC",
    "to be agreed",
    "soon",
    "today",
    "tomorrow",
    "next week",
    "end of the week",
    "end of the month",
    "by the end of next month",
    "within 4 weeks",
    "6 months",
    "",
]


@given(
    st.sampled_from(TYPED),
    st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["immediate", "standard", "learning"]),
    st.sampled_from(["", "The court meets then."]),
)
def test_the_day_that_is_given_as_an_example_would_be_taken(
    words: str, today: date, priority: str, reason: str
) -> None:
    (refused,) = check(timescale=words, due_on=None, today=today, priority=priority, reason=reason)
    assert (refused.letter, refused.severity) == ("T", Severity.REFUSE)
    assert words in refused.message or "“ongoing”" in refused.message
    (example,) = re.findall(r"for example (\d+ \w+ \d{4})", refused.message)
    day = datetime.strptime(example, "%d %B %Y").date()
    assert check(due_on=day, today=today, priority=priority, reason=reason) == []


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 10)),
        ("Tomorrow.", date(2026, 11, 11)),
        ("this week", date(2026, 11, 13)),
        ("End of the week", date(2026, 11, 13)),
        ("next week", date(2026, 11, 20)),
        ("by the end of next week", date(2026, 11, 20)),
        ("end of the month", date(2026, 11, 30)),
        ("end of month", date(2026, 11, 30)),
        ("by  the end of next month", date(2026, 12, 31)),
        ("within 4 weeks", date(2026, 12, 8)),
        ("in two weeks' time", date(2026, 11, 24)),
        ("a fortnight", date(2026, 11, 24)),
        ("10 working days", date(2026, 11, 24)),
        ("one month", date(2026, 12, 10)),
        ("soon", None),
        ("the weekend", None),
        ("weekly", None),
        ("48 hours", None),
    ],
)
def test_a_time_that_means_a_day_is_answered_with_that_day(words: str, day: date | None) -> None:
    assert meant_day(words, TODAY, CALENDAR) == day


def test_a_week_or_month_ends_with_its_last_working_day_and_never_before_today() -> None:
    assert meant_day("end of the week", date(2026, 11, 14), CALENDAR) == date(2026, 11, 14)
    assert meant_day("end of the month", date(2026, 10, 1), CALENDAR) == date(2026, 10, 30)
    closed = WorkingCalendar([date(2026, 11, 20)])
    assert meant_day("next week", TODAY, closed) == date(2026, 11, 19)
    assert meant_day("next week", date(2026, 3, 26), CALENDAR) == date(2026, 4, 2)  # then it is Good Friday


@pytest.mark.parametrize("words", ["ASAP", "as soon as possible", "Immediately", "urgently", "straight away"])
def test_what_cannot_wait_is_told_how_to_be_immediate(words: str) -> None:
    (refused,) = check(timescale=words, due_on=None)
    assert refused.message.endswith("If it cannot wait, choose “Immediate” and a day up to 17 November 2026.")
    (refused,) = check(timescale=words, due_on=None, priority="immediate")
    assert refused.message.endswith("for example 17 November 2026.")


@pytest.mark.parametrize("words", ["ongoing", "On-going", "continue to monitor", "weekly", "as needed"])
def test_what_never_ends_is_asked_when_somebody_will_look(words: str) -> None:
    (refused,) = check(timescale=words, due_on=None)
    assert refused.message.endswith("Choose the day on which you will look whether it has helped.")


@pytest.mark.parametrize("words", ["TBC", "t.b.a.", "to be agreed", "not known yet"])
def test_what_is_not_settled_is_asked_when_it_will_be(words: str) -> None:
    (refused,) = check(timescale=words, due_on=None)
    assert refused.message.endswith("choose the day by which that will be known.")


def test_a_text_that_has_a_date_is_not_asked_for_one() -> None:
    (refused,) = check(what="Update the chronology ASAP")
    assert refused.message == "The text says “ASAP”. Take it out: the date says by when."
    (refused,) = check(measure="Visits are on-going")
    assert refused.message == (
        "The text says “on-going”, which has no end. Say what will be different by 30 November 2026."
    )


@pytest.mark.parametrize(
    "what",
    [
        "Ongoing support",
        "On-going support for the carers.",
        "Continue to monitor",
        "To continue to monitor attendance",
        "Continued visits",
        "Keep an eye on contact",
        "Carry on with life story work",
        "Monitor",
        "Closely monitor the bruising",
    ],
)
def test_an_action_without_an_end_is_warned_of_and_never_refused(what: str) -> None:
    assert check(what=what) == [Finding("S", Severity.WARN, NO_END)]


@pytest.mark.parametrize(
    "what",
    [
        "Continue life story work until the book is finished",
        "Continue visits up to the review",
        "Keep the appointment with the dentist",
        "Review the ongoing risk from the older brother",
        "Agree with the school who monitors attendance",
        "Book continuous glucose monitor training",
    ],
)
def test_an_action_with_an_end_is_fine(what: str) -> None:
    assert check(what=what) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_is_answered(what: str, timescale: str) -> None:
    for finding in check(what=what, timescale=timescale, due_on=None):
        assert finding.message.endswith((".", "?", "”."))
