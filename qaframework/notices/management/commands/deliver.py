"""Send what waits in the outbox."""

from datetime import datetime
from typing import Any

from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = "Send the notices that wait in the outbox."

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        if options["dry_run"]:
            due = Notice.objects.to_send(now).count()
            return Outcome(due, f"{due} would be sent.")
        result = deliver(now=now)
        warnings = [f"{result.failed} could not be sent."] if result.failed else []
        if result.trouble:
            warnings.append(f"The e-mails that are due wait: {result.trouble}")
        return Outcome(
            result.sent,
            f"{result.sent} sent, {result.failed} not sent, {result.waiting} waiting.",
            warnings,
            {"failed": result.failed, "waiting": result.waiting},
        )
