"""The audit meeting: proposed by the auditor, accepted or moved by the practitioner, or cancelled (BF-02)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from audits.invitations import calendar_file, who_meets
from audits.models import AuditMeeting, CaseAudit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.notices.workflow import NoticeDraft, write_letter, write_notices
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import uk_datetime
from qaframework.rules.working_days import local_date

State = AuditMeeting.State
STANDING = (State.PROPOSED, State.ACCEPTED)
SHORTEST_MEETING, LONGEST_MEETING = 15, 480  # minutes
MEETING_LENGTH = "A meeting lasts between 15 minutes and 8 hours. 90 minutes is usual."


@transaction.atomic
def propose_meeting(
    *, audit: CaseAudit, starts_at: datetime, minutes: int, place: str, by: User, now: datetime
) -> AuditMeeting:
    """Propose a meeting, or move it to another time or place; the other person is told."""
    _refuse_unless_open(audit)
    if starts_at <= now:
        raise Refused("The meeting would be in the past. Give a date and time that lie ahead.")
    if not SHORTEST_MEETING <= minutes <= LONGEST_MEETING:
        raise Refused(MEETING_LENGTH)
    if not place.strip():
        raise Refused("Say where you will meet, for example a room or “video call”.")
    meeting = AuditMeeting.objects.filter(audit=audit).first()
    if meeting is None:
        meeting = history.create(
            AuditMeeting(audit=audit, starts_at=starts_at, minutes=minutes, place=place, proposed_by=by),
            by=by,
            now=now,
            reason="Proposed",
        )
    else:
        history.change(
            meeting,
            by=by,
            now=now,
            reason="Moved",
            starts_at=starts_at,
            minutes=minutes,
            place=place,
            state=State.PROPOSED,
            proposed_by=by,
            sequence=meeting.sequence + 1,
        )
    allocation.date_event(assignment=audit.assignment, on=None, by=by, now=now)
    text = f"{by} proposes {_when(meeting)}. Accept it, or propose another time."
    own_text = f"You propose {_when(meeting)}. You will hear when the other person answers."
    _tell(meeting, "Audit meeting proposed", text, own_text, by=by, now=now)
    return meeting


@transaction.atomic
def accept_meeting(*, meeting: AuditMeeting, by: User, now: datetime) -> AuditMeeting:
    """Agree to the time that the other person proposed. Raises SomebodyElseWasFirst when it has changed."""
    if by.pk == meeting.proposed_by_id:
        raise Refused("You proposed this time, so the other person has to accept it.")
    history.change(
        meeting,
        by=by,
        now=now,
        reason="Accepted",
        only_if={"state": State.PROPOSED, "sequence": meeting.sequence},
        state=State.ACCEPTED,
        sequence=meeting.sequence + 1,
    )
    day = local_date(meeting.starts_at)
    allocation.date_event(assignment=meeting.audit.assignment, on=day, by=by, now=now)
    text = f"{by} accepts {_when(meeting)}. Open the audit to see where."
    _tell(meeting, "Audit meeting accepted", text, f"You meet on {_when(meeting)}.", by=by, now=now)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: AuditMeeting, reason: str, by: User, now: datetime) -> AuditMeeting:
    """Call the meeting off; a new time can be proposed later."""
    if not reason.strip():
        raise Refused("Say why the meeting is cancelled, so that the other person knows.")
    _cancel(meeting, reason, by=by, now=now)
    text = f"{by} cancelled the meeting on {_when(meeting)}, and says why."
    own_text = f"You cancelled the meeting on {_when(meeting)}."
    _tell(meeting, "Audit meeting cancelled", text, own_text, by=by, now=now, quote=reason.strip())
    return meeting


@transaction.atomic
def call_off_meeting(
    *, audit: CaseAudit, because: str, by: User | None, now: datetime
) -> AuditMeeting | None:
    """Cancel the coming meeting of an audit that needs none any more, and tell both, in whose calendars
    it is (BF-02). ``because`` ends a sentence, such as “the case was replaced”."""
    meeting = AuditMeeting.objects.filter(audit=audit, state__in=STANDING, starts_at__gt=now).first()
    if meeting is None:
        return None
    meeting.audit = audit
    _cancel(meeting, because, by=by, now=now)
    text = f"The meeting on {_when(meeting)} is cancelled, because {because}."
    file = _mailed_file(meeting, now)
    both = who_meets(meeting, now)
    subject, kind = "Audit meeting cancelled", "meeting"
    write_notices([_draft(meeting, kind, subject, text, person, calendar=file) for person in both], now=now)
    return meeting


def call_off_needless_meetings(*, now: datetime) -> int:
    """Call off the coming meetings of audits that were withdrawn or excluded; returns how many."""
    needless = CaseAudit.objects.filter(
        meeting__state__in=STANDING,
        meeting__starts_at__gt=now,
        assignment__state__in=Assignment.CALLED_OFF_STATES,
    ).select_related("assignment__case", "assignment__worker", "assignment__post")
    because = "the audit is not owed any more"
    found = [call_off_meeting(audit=audit, because=because, by=None, now=now) for audit in needless]
    return sum(meeting is not None for meeting in found)


def _cancel(meeting: AuditMeeting, reason: str, *, by: User | None, now: datetime) -> None:
    history.change(
        meeting,
        by=by,
        now=now,
        reason=f"Cancelled: {reason}",
        only_if={"state__in": STANDING},
        state=State.CANCELLED,
        sequence=meeting.sequence + 1,
    )
    allocation.date_event(assignment=meeting.audit.assignment, on=None, by=by, now=now)


def remind_of_meetings(*, now: datetime) -> int:
    """Remind both people of every meeting in the next 24 hours, once; returns how many were reminded (BF-02).

    A meeting that moves is reminded of again.
    """
    soon = AuditMeeting.objects.filter(
        state__in=STANDING,
        starts_at__gt=now,
        starts_at__lte=now + timedelta(days=1),
        audit__assignment__state__in=Assignment.OPEN_STATES,
    ).select_related("audit__assignment__case", "audit__assignment__worker", "audit__assignment__post")
    return sum(_remind(meeting, now) for meeting in soon)


def _remind(meeting: AuditMeeting, now: datetime) -> int:
    text = f"You meet on {_when(meeting)}. Open the audit to see where."
    subject, kind = "Audit meeting soon", "meeting_reminder"
    drafts = [_draft(meeting, kind, subject, text, person) for person in who_meets(meeting, now)]
    return write_notices(drafts, now=now)


def _when(meeting: AuditMeeting) -> str:
    return f"{uk_datetime(meeting.starts_at)} ({meeting.minutes} minutes)"


def _tell(
    meeting: AuditMeeting,
    subject: str,
    text: str,
    own_text: str,
    *,
    by: User,
    now: datetime,
    quote: str = "",
) -> None:
    """Both get the file for their calendars; whoever did this needs no notice of it in the application."""
    file = _mailed_file(meeting, now)
    others = [person for person in who_meets(meeting, now) if person != by]
    kind = "meeting"
    drafts = [_draft(meeting, kind, subject, text, person, calendar=file, quote=quote) for person in others]
    write_notices(drafts, now=now)
    write_letter(_draft(meeting, kind, subject, own_text, by, calendar=file), now=now)


def _draft(
    meeting: AuditMeeting,
    kind: str,
    subject: str,
    text: str,
    person: User,
    *,
    calendar: str = "",
    quote: str = "",
) -> NoticeDraft:
    case = meeting.audit.assignment.case
    return NoticeDraft(
        recipient_id=person.pk,
        kind=kind,
        dedupe_key=f"{kind}:{meeting.pk}:{meeting.sequence}:{person.pk}",
        subject=f"{subject}: case {case.child_ref if case else ''}",
        body=text,
        url=_address(meeting),
        case_ids=[meeting.audit.assignment.case_id],
        calendar=calendar,
        quote=quote,
    )


def _mailed_file(meeting: AuditMeeting, now: datetime) -> str:
    return calendar_file(meeting, address=_address(meeting), now=now, names_place=False).decode()


def _address(meeting: AuditMeeting) -> str:
    return reverse("audits:audit", args=[meeting.audit_id])


def _refuse_unless_open(audit: CaseAudit) -> None:
    if audit.assignment.state not in Assignment.OPEN_STATES:
        raise Refused("This audit is not open, so no meeting is needed for it.")
