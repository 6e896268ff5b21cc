"""Say what is as it should be and what is not, and with exit status 1 whether anything is not."""

from datetime import datetime
from typing import Any

from escalation.health import findings
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = "Check database, migrations, queue, beat and worker, sweep and outbox."
    changes_things = False
    requires_system_checks = ()

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        found = findings(now)
        troubles = [f"{finding.name}: {finding.text}" for finding in found if not finding.is_ok]
        working = [f"{finding.name}: {finding.text}" for finding in found if finding.is_ok]
        warnings = troubles if options["json"] else []
        return Outcome(0, "\n".join(working), warnings, failure=" ".join(troubles))
