"""Taking back what waits to be e-mailed about work that is over by now."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from escalation.models import EscalationStep
from escalation.wording import KINDS, key_of_step, key_of_sweep
from qaframework.notices.models import Notice

WAITING = (Notice.Delivery.QUEUED, Notice.Delivery.HELD)


@transaction.atomic
def recall_notices(*, now: datetime) -> int:
    """Keep reminders and escalations from leaving once all the work that they name is over or has more time.

    They can wait for hours where the mail server is silent or their reader wants one e-mail a day. What names
    work that is still late leaves as it was written. Returns how many were recalled.
    """
    waiting = Notice.objects.filter(delivery__in=WAITING, kind__in=KINDS, created_at__lte=now)
    keys = dict(waiting.values_list("dedupe_key", "pk"))
    if not keys:
        return 0
    still_true = _still_true(keys)
    over = [pk for key, pk in keys.items() if key not in still_true]
    return waiting.filter(pk__in=over).update(delivery=Notice.Delivery.RECALLED) if over else 0


def _still_true(keys: dict[str, int]) -> set[str]:
    """Those of the keys whose notice names work that runs on in the round of which it tells."""
    parts = [key.split(":") for key in keys]
    steps = [int(number) for word, number, _ in parts if word == "step"]
    sweeps = [UUID(token) for word, token, _ in parts if word == "sweep"]
    running = EscalationStep.objects.filter(clock__stopped_at__isnull=True, round=F("clock__round"))
    named = running.filter(Q(pk__in=steps) | Q(sweep__in=sweeps)).order_by()
    found: set[str] = set()
    for step_id, sweep, user_id in named.values_list("pk", "sweep", "reached__user").distinct():
        found |= {key_of_step(step_id, user_id), key_of_sweep(sweep, user_id)}
    return found
