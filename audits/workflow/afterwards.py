"""After an audit was handed in: the practitioner's comment, and the discussion with one who was not there."""

from datetime import date, datetime

from django.db import transaction

from audits.models import CaseAudit
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


@transaction.atomic
def record_reflection(
    *, audit: CaseAudit, offered_on: date, outcome: str, by: User, now: datetime
) -> CaseAudit:
    """A practitioner who did not take part was offered a shared reflective discussion (BED-14)."""
    if audit.worker_took_part != CaseAudit.Involvement.NO:
        raise Refused("The practitioner took part, so no separate discussion is needed.")
    if offered_on > local_date(now):
        raise Refused("That day is in the future. Give the day on which you offered the discussion.")
    if not outcome.strip():
        raise Refused("Say what came of the offer, or that it waits for an answer.")
    return history.change(
        audit,
        by=by,
        now=now,
        reason="Discussion offered",
        only_if={"submitted_at__isnull": False},
        reflection_offered_on=offered_on,
        reflection_outcome=outcome,
    )


@transaction.atomic
def comment_as_worker(*, audit: CaseAudit, comment: str, by: User, now: datetime) -> CaseAudit:
    """What the practitioner wants to add once the audit was handed in; it changes nothing else."""
    if by.pk != audit.assignment.worker_id:
        raise Refused("Only the practitioner of this case can add the practitioner's comment.")
    if not comment.strip():
        raise Refused("Write your comment.")
    return history.change(
        audit,
        by=by,
        now=now,
        reason="Practitioner's comment",
        only_if={"submitted_at__isnull": False},
        worker_comment=comment,
    )
