"""What a sweep writes to people: one message each, however much has fallen due."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from escalation.models import EscalationStep
from qaframework.notices.workflow import NoticeDraft
from qaframework.people.templatetags.page import uk_date, uk_time
from qaframework.rules.working_days import end_of_day, local_date

LISTED = 50  # what one message lists; the page shows the rest

# What people who are not cleared for a restricted case read in the place of its reference.
RESTRICTED_LABEL = "Work about a restricted case"

ESCALATION = "escalation"
REMINDER = "reminder"
KINDS = (ESCALATION, REMINDER)


@dataclass(frozen=True)
class Told:
    """One step as one person reads of it. ``why`` it comes to them where their own post is not named,
    ``is_past`` whether its day has passed, ``late_since`` when the step fell due if it was taken late,
    ``case_id`` the case that it names, if it names one."""

    step_id: int
    clock_id: int
    label: str
    url: str
    owner: str
    is_own: bool
    due_at: datetime
    is_past: bool
    name: str
    position: int
    is_reminder: bool
    why: str
    late_since: datetime | None
    case_id: int | None


def notice_for(recipient_id: int, told: Sequence[Told], *, sweep: UUID, board_url: str) -> NoticeDraft:
    """The one message of this sweep to one person: of each piece of work, the step that went furthest."""
    furthest = {item.clock_id: item for item in sorted(told, key=lambda item: item.position)}
    items = sorted(furthest.values(), key=lambda item: (item.is_reminder, item.due_at, item.clock_id))
    escalated = [item for item in items if not item.is_reminder]
    kind = ESCALATION if escalated else REMINDER
    if len(items) == 1:
        item = items[0]
        key = key_of_step(item.step_id, recipient_id)
        return NoticeDraft(
            recipient_id,
            kind,
            key,
            _subject(item),
            _single(item),
            item.url,
            case_ids=[item.case_id],
            is_urgent=bool(escalated),
        )
    reminders = [item for item in items if item.is_reminder]
    body = "\n\n".join(
        part
        for part in (
            _listing("Late, and escalated to you:", escalated, board_url),
            _listing("Due soon:", [item for item in reminders if not item.is_past]),
            _listing("Not complete, and past the day:", [item for item in reminders if item.is_past]),
        )
        if part
    )
    if escalated:
        subject = f"{len(escalated)} late piece{'' if len(escalated) == 1 else 's'} of work escalated to you"
    else:
        subject = f"{len(reminders)} reminders about work that is due"
    url = board_url if escalated else ""
    return NoticeDraft(
        recipient_id,
        kind,
        key_of_sweep(sweep, recipient_id),
        subject,
        body,
        url,
        case_lines=_lines_of_cases([*escalated[:LISTED], *reminders[:LISTED]]),
        is_urgent=bool(escalated),
    )


def step_url(step_id: int) -> str:
    """Where a step is read about and acknowledged, by everybody who was told of it."""
    return reverse("escalation:acknowledge", args=[step_id])


def how_it_ended(step: EscalationStep) -> str:
    """Why the ladder of the step's deadline goes no further, in words; empty while it does."""
    clock = step.clock
    if step.round != clock.round:
        return f"The deadline was moved to {uk_date(clock.due_at)} after this step"
    if clock.stopped_at is not None:
        return f"{clock.get_stop_reason_display()} on {uk_date(clock.stopped_at)}"
    return ""


def key_of_step(step_id: int, recipient_id: int) -> str:
    """The key of the notice that tells a person of one step alone."""
    return f"step:{step_id}:{recipient_id}"


def key_of_sweep(sweep: UUID, recipient_id: int) -> str:
    """The key of the notice that tells a person of all steps of a sweep."""
    return f"sweep:{sweep}:{recipient_id}"


def _subject(item: Told) -> str:
    if item.is_reminder:
        return f"Reminder: {item.label}, due {uk_date(item.due_at)}"
    return f"Late: {item.label}, {item.name.lower()}"


def _single(item: Told) -> str:
    holder = "you" if item.is_own else item.owner
    if item.is_reminder:
        due = "was due" if item.is_past else "is due"
        rest = " and is not complete" if item.is_past else ""
        return f"{item.label} {due} {_when(item.due_at)}{rest}. It is with {holder}.{_noted(item)}"
    wish = (
        "Please complete it, or agree with your manager what will happen next."
        if item.is_own
        else "Please agree with them what will happen next, and note it on the escalations page."
    )
    return (
        f"{item.label} was due {_when(item.due_at)} and is not complete. It is with {holder}.\n\n"
        f"Step: {item.name}.{_noted(item)} {wish}"
    )


def _listing(heading: str, items: Sequence[Told], more_url: str = "") -> str:
    if not items:
        return ""
    lines = [heading, *(_line(item) for item in items[:LISTED])]
    if len(items) > LISTED:
        address = f": {settings.SITE_URL}{more_url}" if more_url else ""
        lines.append(f"- and {len(items) - LISTED} more{address}")
    return "\n".join(lines)


def _lines_of_cases(listed: Sequence[Told]) -> dict[int, list[str]]:
    """The lines that name each case, so that a case that is restricted later takes only its own along."""
    lines: dict[int, list[str]] = defaultdict(list)
    for item in listed:
        if item.case_id is not None:
            lines[item.case_id].append(_line(item))
    return lines


def _line(item: Told) -> str:
    address = f" {settings.SITE_URL}{item.url}" if item.url else ""
    holder = "you" if item.is_own else item.owner
    return f"- {item.label}, due {uk_date(item.due_at)}, with {holder}: {item.name}.{_noted(item)}{address}"


def _noted(item: Told) -> str:
    remarks = [f"{item.why[0].upper()}{item.why[1:]}"] if item.why else []
    if item.late_since:
        remarks.append(f"Told late: this step fell due on {uk_date(item.late_since)}")
    return "".join(f" ({remark}.)" for remark in remarks)


def _when(moment: datetime) -> str:
    """The day, and the time where it is not the whole day that counts."""
    if end_of_day(local_date(moment)) == moment:
        return f"on {uk_date(moment)}"
    return f"at {uk_time(moment)} on {uk_date(moment)}"
