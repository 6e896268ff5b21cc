"""Take every reminder and escalation step that has fallen due."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from escalation.health import SWEEP
from escalation.recalling import recall_notices
from escalation.workflow import sweep
from qaframework.clocks.workflow import beat
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = "Take every reminder and escalation step that has fallen due, and write the notices."

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        is_dry_run = options["dry_run"]
        result = sweep(now=now, dry_run=is_dry_run)
        if not is_dry_run:
            recall_notices(now=now)
            beat(name=SWEEP, now=timezone.now())
        verb = "would be taken" if is_dry_run else "taken"
        return Outcome(
            result.steps,
            f"Steps {verb}: {result.steps}. Notices: {result.notices}.",
            result.warnings,
            {"notices": result.notices},
        )
