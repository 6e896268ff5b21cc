"""Whether a remedial action is SMART: specific, measurable, agreed, relevant and timed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

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

# Time scales that people write, by what helps them to find a day. "Soon" gets no advice of its own.
_URGENT = re.compile(
    r"a\.?s\.?a\.?p|as soon as|immediate|urgent|straight ?away|right away|at once|now\b", re.IGNORECASE
)
_ENDLESS = re.compile(
    r"on-?going|on an on-?going|continu|always|throughout|regular|daily|weekly|fortnightly|monthly|"
    r"as (?:and when|needed|required)",
    re.IGNORECASE,
)
_UNSETTLED = re.compile(r"t\.?b\.?[cad]\b|to be |not known|unknown", re.IGNORECASE)

_LEADING = re.compile(r"^(?:by|in|within|before) ")
_PERIOD = re.compile(r"(?:the )?(?:end of )?(?:(?P<which>the|this|next) )?(?P<unit>week|month)")
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = rf"(?P<count>{'|'.join(_NUMBERS)}|\d{{1,2}})"
_LENGTH = re.compile(rf"{_COUNT} (?P<unit>(?:working )?day|week|fortnight|month)s?'?(?: time)?")

_VERBS = (
    "agree|arrange|ask|book|check|complete|contact|discuss|draw up|ensure|hold|invite|make|meet|organise|"
    "record|refer|request|review|see|send|share|speak|start|talk|update|visit|write"
)
# What begins so goes on for ever, unless it says until when.
_GOES_ON = re.compile(
    r"\W*(?:to )?(?:on-?going|continue[ds]?|continuing|carry(?:ing)? on|keep(?:ing)? (?:on\b|an eye|up\b)|"
    r"(?:closely |regularly )?(?:keep(?:ing)? )?monitor(?:ing)?)\b",
    re.IGNORECASE,
)
_SAYS_UNTIL = re.compile(r"\b(?:until|till|up to|so that|by (?:the )?(?:end|next|\d))", re.IGNORECASE)
_SECOND_ACTION = re.compile(rf"(?:\band(?: then)?|\bthen|[;\n.]|,)\s+(?:{_VERBS})\b", re.IGNORECASE)


NO_END = (
    "This has no end that anybody could see. Say what will have been done by its date, for example "
    "“see the child alone three times and record what they say”."
)


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
    latest = _latest(today, Priority(priority), calendar, reason)
    if vague := _vague_words(what, measure, timescale):
        found.append(_refuse("T", _instead_of(vague, due_on, latest, today, priority, calendar)))
    elif due_on is None:
        example = min(example_date(today), latest)
        found.append(
            _refuse("T", f"Give the date by which this needs to be done, for example {_long(example)}.")
        )
    if due_on is not None:
        found += _check_date(due_on, today, Priority(priority), latest)
    return found


def _check_words(what: str, measure: str) -> list[Finding]:
    found = []
    if not what.strip():
        found.append(_refuse("S", "Say what needs to happen."))
    elif _SECOND_ACTION.search(what.strip()):
        message = "This may be two actions in one. Give each its own line, owner and date."
        found.append(Finding("S", Severity.WARN, message))
    elif _GOES_ON.match(what) and not _SAYS_UNTIL.search(what) and not _ONGOING.search(what):
        found.append(Finding("S", Severity.WARN, NO_END))
    if not measure.strip():
        found.append(_refuse("M", "Say how you will know that it is done and has helped the child."))
    return found


def _check_date(due_on: date, today: date, priority: Priority, latest: date) -> list[Finding]:
    if due_on < today:
        return [_refuse("T", f"{_long(due_on)} has passed. Give a date from {_long(today)} on.")]
    if due_on <= latest:
        return []
    offset = LONGEST[priority]
    if priority is Priority.IMMEDIATE:
        return [
            _refuse("T", f"An immediate action is due within {offset}: give a date up to {_long(latest)}.")
        ]
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


def _instead_of(
    vague: str, due_on: date | None, latest: date, today: date, priority: str, calendar: WorkingCalendar
) -> str:
    """What would be right instead of a time scale that is none; an example of a day would be accepted."""
    if due_on is not None and _ONGOING.search(vague):
        return f"The text says “{vague}”, which has no end. Say what will be different by {_long(due_on)}."
    if due_on is not None:
        return f"The text says “{vague}”. Take it out: the date says by when."
    example = min(meant_day(vague, today, calendar) or example_date(today), latest)
    advice = f"Give a date instead of “{vague}”, for example {_long(example)}."
    if _URGENT.match(vague) and priority != Priority.IMMEDIATE:
        soon = _long(due_date(today, LONGEST[Priority.IMMEDIATE], calendar))
        return f"{advice} If it cannot wait, choose “Immediate” and a day up to {soon}."
    if _ENDLESS.match(vague):
        return f"{advice} Choose the day on which you will look whether it has helped."
    if _UNSETTLED.match(vague):
        return f"{advice} If it depends on something, choose the day by which that will be known."
    return advice


def _latest(today: date, priority: Priority, calendar: WorkingCalendar, reason: str) -> date:
    """The last day that an action agreed ``today`` may have."""
    offset = LONGEST.get(priority)
    if offset is None or (reason.strip() and priority is not Priority.IMMEDIATE):
        return date.max
    return due_date(today, offset, calendar)


def meant_day(words: str, today: date, calendar: WorkingCalendar) -> date | None:
    """The day that “tomorrow”, “next week”, “end of the month” or “in two weeks” stand for; None for others.

    A week or month stands for its last working day, or for today when that has passed.
    """
    said = _LEADING.sub("", " ".join(words.lower().split())).strip(" .")
    if said in ("today", "tomorrow"):
        return today + timedelta(days=said == "tomorrow")
    if period := _PERIOD.fullmatch(said):
        ahead = period["which"] == "next"
        friday = today + timedelta(days=4 - today.weekday(), weeks=ahead)
        month = today + relativedelta(months=ahead, day=31)
        end = friday if period["unit"] == "week" else month
        return max(today, calendar.subtract_working_days(end + timedelta(days=1), 1))
    if length := _LENGTH.fullmatch(said):
        count = _NUMBERS.get(length["count"]) or int(length["count"])
        if length["unit"] == "fortnight":
            return today + timedelta(weeks=2 * count)
        return due_date(today, Offset(count, Unit(f"{length['unit']}s")), calendar)
    return None


def _refuse(letter: str, message: str) -> Finding:
    return Finding(letter, Severity.REFUSE, message)


def example_date(today: date) -> date:
    """A date that an action agreed ``today`` could well have: a working day two weeks on."""
    return due_date(today, Offset(2, Unit.WEEKS), WorkingCalendar(), roll_to_working_day=True)


def _long(d: date) -> str:
    return f"{d.day} {d:%B %Y}"
