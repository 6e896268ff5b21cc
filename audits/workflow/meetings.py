"""The audit meeting: proposed by the auditor, accepted or moved by the practitioner, or cancelled (BF-02)."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from audits.models import AuditMeeting, CaseAudit
from qaframework.notices.workflow import NoticeDraft, write_notices
from qaframework.people import directory, history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date

State = AuditMeeting.State


@transaction.atomic
def propose_meeting(
    *, audit: CaseAudit, starts_at: datetime, minutes: int, place: str, by: User, now: datetime
) -> AuditMeeting:
    """Propose a meeting, or move it to another time or place; the other person is told."""
    if starts_at <= now:
        raise Refused("The meeting would be in the past. Give a date and time that lie ahead.")
    if not 15 <= minutes <= 480:
        raise Refused("A meeting lasts between 15 minutes and 8 hours. 90 minutes is usual.")
    if not place.strip():
        raise Refused("Say where you will meet, for example a room or “video call”.")
    meeting = AuditMeeting.objects.filter(audit=audit).first()
    if meeting is None:
        meeting = history.create(
            AuditMeeting(audit=audit, starts_at=starts_at, minutes=minutes, place=place),
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
            sequence=meeting.sequence + 1,
        )
    _tell_others(meeting, "Audit meeting proposed", by=by, now=now)
    return meeting


@transaction.atomic
def accept_meeting(*, meeting: AuditMeeting, by: User, now: datetime) -> AuditMeeting:
    history.change(
        meeting,
        by=by,
        now=now,
        reason="Accepted",
        only_if={"state": State.PROPOSED},
        state=State.ACCEPTED,
        sequence=meeting.sequence + 1,
    )
    _tell_others(meeting, "Audit meeting accepted", by=by, now=now)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: AuditMeeting, reason: str, by: User, now: datetime) -> AuditMeeting:
    if not reason.strip():
        raise Refused("Say why the meeting is cancelled, so that the other person knows.")
    history.change(
        meeting,
        by=by,
        now=now,
        reason=f"Cancelled: {reason}",
        only_if={"state__in": [State.PROPOSED, State.ACCEPTED]},
        state=State.CANCELLED,
        sequence=meeting.sequence + 1,
    )
    _tell_others(meeting, "Audit meeting cancelled", by=by, now=now)
    return meeting


@transaction.atomic
def record_file_updated(*, meeting: AuditMeeting, on: date, by: User, now: datetime) -> AuditMeeting:
    """The practitioner has checked and updated the child's record before the meeting (BF-03)."""
    if on > local_date(now):
        raise Refused("That day is in the future. Give the day on which you finished updating the record.")
    return history.change(meeting, by=by, now=now, reason="Record updated", record_updated_on=on)


def _tell_others(meeting: AuditMeeting, subject: str, *, by: User, now: datetime) -> None:
    assignment = meeting.audit.assignment
    auditor = directory.holder_of(assignment.post, local_date(now))
    others = [person for person in (auditor, assignment.worker) if person is not None and person != by]
    write_notices(
        [
            NoticeDraft(
                recipient_id=person.pk,
                kind="meeting",
                dedupe_key=f"meeting:{meeting.pk}:{meeting.sequence}:{meeting.state}:{person.pk}",
                subject=f"{subject}: case {assignment.case.child_ref if assignment.case else ''}",
                body="Open the audit to see when and where, and to put it into your calendar.",
                url=reverse("audits:audit", args=[meeting.audit_id]),
            )
            for person in others
        ],
        now=now,
    )
