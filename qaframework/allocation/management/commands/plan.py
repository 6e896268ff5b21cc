"""Make, or make again, the programme of a year from the quotas."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.allocation.workflow import Planned, make_programme
from qaframework.packs.command import live_frameworks
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.working_days import local_date


class Command(OperatorCommand):
    help = "Make the programme of a year from the quotas, or bring it into step with them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", help="The year in which the programme starts; this year's without it.")
        parser.add_argument("--framework", help="Key of the framework; all live ones without it.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        year = _year(options["year"], now)
        # All frameworks or none: a plan made by half is worse than none.
        with transaction.atomic():
            try:
                plans = [
                    make_programme(framework=framework, year=year, by=None, now=now)
                    for framework in live_frameworks(options["framework"])
                ]
            except Refused as refused:
                raise CommandError(str(refused)) from refused
            if options["dry_run"]:
                transaction.set_rollback(True)
        would = "would be " if options["dry_run"] else ""
        return Outcome(
            sum(plan.changed for plan in plans),
            "\n".join(_line(plan, would) for plan in plans),
            details={"programmes": [_detail(plan) for plan in plans]},
        )


def _year(text: str | None, now: datetime) -> int:
    if text is None:
        return ProgrammeYear.of(local_date(now)).year
    try:
        return ProgrammeYear.parse(text).year
    except ValueError as error:
        raise CommandError(f"--year: {error}", returncode=2) from error


def _line(plan: Planned, would: str) -> str:
    return (
        f"{plan.programme}: {plan.added} {would}added, {plan.dropped} {would}dropped, "
        f"{plan.updated} {would}moved to newer rules."
    )


def _detail(plan: Planned) -> dict[str, Any]:
    return {
        "framework": plan.programme.framework.key,
        "year": plan.programme.year,
        "added": plan.added,
        "dropped": plan.dropped,
        "updated": plan.updated,
    }
