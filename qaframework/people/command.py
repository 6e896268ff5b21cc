"""What every scheduled job's command has in common: --at, --dry-run, --json and the exit status."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from qaframework.rules.working_days import LONDON, end_of_day


@dataclass(frozen=True)
class Outcome:
    """What a command did: how many things it changed, in words, and what somebody should look at.

    ``failure`` is said on standard error after the output, with exit status 1.
    """

    changed: int
    message: str
    warnings: Sequence[str] = ()
    details: dict[str, Any] = field(default_factory=dict)
    failure: str = ""


class OperatorCommand(BaseCommand):
    """Subclasses implement ``perform``. Raise CommandError to refuse: exit status 1 with one line."""

    changes_things = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", help="The moment to pretend it is: 2026-12-01 (its end) or 2026-12-01T08:00."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        if self.changes_things:
            parser.add_argument(
                "--dry-run", action="store_true", help="Say what would be done, change nothing."
            )

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment_from(options["at"])
        try:
            outcome = self.perform(now=now, **options)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(
                f"The database cannot be used: {reason}. Check DATABASE_URL, and that migrate has run."
            ) from error
        if options["json"]:
            self._print_document(now, outcome)
        else:
            self.stdout.write(outcome.message)
            for warning in outcome.warnings:
                self.stderr.write(f"Warning: {warning}")
        if outcome.failure:
            raise CommandError(outcome.failure)

    def _print_document(self, now: datetime, outcome: Outcome) -> None:
        document = {
            "command": type(self).__module__.rsplit(".", 1)[-1],
            "at": now.isoformat(),
            "changed": outcome.changed,
            "warnings": list(outcome.warnings),
            **outcome.details,
        }
        self.stdout.write(json.dumps(document))

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        raise NotImplementedError


def moment_from(text: str | None) -> datetime:
    """An aware moment from a local (Europe/London) date, which means its end, or an ISO date-time.

    Nothing means now. Raises CommandError with exit status 2 (wrong usage).
    """
    if not text:
        return timezone.now()
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if isinstance(day, date):
        return end_of_day(day)
    if moment is None:
        raise CommandError(
            f"--at is '{text}'. Write a date such as 2026-12-01, or 2026-12-01T08:00.", returncode=2
        )
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LONDON)
