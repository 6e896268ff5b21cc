"""What the practitioner gets ready before they meet with the auditor (BF-03)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from audits.models import CaseAudit
from qaframework.allocation.workflow import activity_of
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused


@transaction.atomic
def prepare(*, audit: CaseAudit, ready: Collection[str], by: User, now: datetime) -> CaseAudit:
    """Say what is ready, by its keys in the pack; what is left out is not, or not any more.

    What was ready before keeps its moment. Raises Refused for anybody but the practitioner and once the
    audit was handed in, and ValueError for a key that the activity does not have.
    """
    held = CaseAudit.objects.select_for_update(of=("self",))
    stands = held.select_related("assignment__framework_version").get(pk=audit.pk)
    if by.pk != stands.assignment.worker_id:
        raise Refused("Only the practitioner of this case can say what they have prepared.")
    if not stands.is_open:
        raise Refused("This audit has been submitted, so nothing needs to be prepared for it.")
    asked = [one.key for one in activity_of(stands.assignment).preparation]
    if unknown := set(ready) - set(asked):
        raise ValueError(f"Not asked for: {', '.join(sorted(unknown))}.")
    fresh = {"by": by.pk, "name": by.full_name, "at": now.isoformat()}
    told = {key: stands.preparation.get(key, fresh) for key in asked if key in ready}
    if told == stands.preparation:
        return audit
    return history.change(audit, by=by, now=now, reason="Prepared", preparation=told)


def forget_preparation(*, audit: CaseAudit, by: User | None, now: datetime) -> None:
    """What was said of one case does not hold of another that takes its place."""
    if audit.preparation:
        history.change(audit, by=by, now=now, reason="Another case", preparation={})
