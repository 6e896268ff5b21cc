"""Whether a remedial action is SMART: specific, measurable, agreed, relevant and timed."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qaframework.rules.deadlines import Offset, Unit, due_date
from qaframework.rules.working_days import WorkingCalendar


class Priority(StrEnum):
    IMMEDIATE = "immediate"
    STANDARD = "standard"
    LEARNING = "learning"


class Severity(StrEnum):
    REFUSE = "refuse"
    WARN = "warn"


# Sources: BF-10 and BF-11.
LONGEST = {
    Priority.IMMEDIATE: Offset(5, Unit.WORKING_DAYS),
    Priority.STANDARD: Offset(1, Unit.MONTHS),
}

_ANYWHERE = r"a\.?s\.?a\.?p\b|as soon as (?:possible|practicable)|when(?:ever)? possible|\bt\.?b\.?[cad]\b"
_VAGUE = re.compile(rf"\b(?:{_ANYWHERE})", re.IGNORECASE)
# "Ongoing" is a time scale only where it ends the text: "review the ongoing risk" is a proper action.
_ONGOING = re.compile(r"\b(?:on-?going|on an on-?going basis)[\s.)]*$", re.IGNORECASE)

_VERBS = (
    "agree|arrange|ask|book|check|complete|contact|discuss|draw up|ensure|hold|invite|make|meet|organise|"
    "record|refer|request|review|see|send|share|speak|start|talk|update|visit|write"
)
_SECOND_ACTION = re.compile(rf"(?:\band(?: then)?|\bthen|[;\n.]|,)\s+(?:{_VERBS})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """``letter`` is the letter of SMART that is missing; the message says what would be right."""

    letter: str
    severity: Severity
    message: str


def check_action(
    what: str,
    measure: str,
    due_on: date | None,
    today: date,
    has_owner: bool,
    priority: str,
    calendar: WorkingCalendar,
    *,
    timescale: str = "",
    reason: str = "",
) -> list[Finding]:
    """What keeps an action from being SMART, in the order of the letters; empty when nothing does.

    ``timescale`` is what was typed where a date belongs, ``reason`` why a standard action takes longer than
    a month. Immediate actions have 5 working days, standard ones a calendar month. Source: BF-09, BF-10,
    BF-11. Raises ValueError for an unknown priority.
    """
    found = _check_words(what, measure)
    if not has_owner:
        found.append(_refuse("A", "Choose who will do this. An action needs one owner."))
    if vague := _vague_words(what, measure, timescale):
        found.append(_refuse("T", f"Give a date instead of “{vague}”, for example {_example(today)}."))
    elif due_on is None:
        found.append(
            _refuse("T", f"Give the date by which this needs to be done, for example {_example(today)}.")
        )
    if due_on is not None:
        found += _check_date(due_on, today, Priority(priority), calendar, reason)
    return found


def _check_words(what: str, measure: str) -> list[Finding]:
    found = []
    if not what.strip():
        found.append(_refuse("S", "Say what needs to happen."))
    elif _SECOND_ACTION.search(what.strip()):
        message = "This may be two actions in one. Give each its own line, owner and date."
        found.append(Finding("S", Severity.WARN, message))
    if not measure.strip():
        found.append(_refuse("M", "Say how you will know that it is done and has helped the child."))
    return found


def _check_date(
    due_on: date, today: date, priority: Priority, calendar: WorkingCalendar, reason: str
) -> list[Finding]:
    if due_on < today:
        return [_refuse("T", f"{_long(due_on)} has passed. Give a date from {_long(today)} on.")]
    offset = LONGEST.get(priority)
    if offset is None or due_on <= (latest := due_date(today, offset, calendar)):
        return []
    if priority is Priority.IMMEDIATE:
        return [
            _refuse("T", f"An immediate action is due within {offset}: give a date up to {_long(latest)}.")
        ]
    if reason.strip():
        return []
    message = (
        f"This is more than {offset} away. Give a date up to {_long(latest)}, or say why it takes longer."
    )
    return [_refuse("T", message)]


def _vague_words(what: str, measure: str, timescale: str) -> str:
    """The first vague time scale, as written; anything but a date is vague where a date belongs."""
    for text in (timescale, what, measure):
        if match := _VAGUE.search(text) or _ONGOING.search(text):
            return match[0].strip(" .)")
    return timescale.strip()


def _refuse(letter: str, message: str) -> Finding:
    return Finding(letter, Severity.REFUSE, message)


def example_date(today: date) -> date:
    """A date that an action agreed ``today`` could well have: a working day two weeks on."""
    return due_date(today, Offset(2, Unit.WEEKS), WorkingCalendar(), roll_to_working_day=True)


def _example(today: date) -> str:
    return _long(example_date(today))


def _long(d: date) -> str:
    return f"{d.day} {d:%B %Y}"
