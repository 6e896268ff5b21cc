"""Make, or make again, the programme of a year from the quotas."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.allocation.plan_wording import PlanWords
from qaframework.allocation.workflow import Planned, make_programme
from qaframework.allocation.year_view import pack_of
from qaframework.packs.command import live_frameworks
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.working_days import local_date


class Command(OperatorCommand):
    help = "Make the programme of a year from the quotas, or bring it into step with them, and say why."

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
            words = [_words(plan, now) for plan in plans]
            if options["dry_run"]:
                transaction.set_rollback(True)
        told = zip(plans, words, strict=True)
        is_dry = options["dry_run"]
        return Outcome(
            sum(plan.changed for plan in plans),
            "\n".join(line for plan, named in told for line in _lines(plan, named, is_dry=is_dry)),
            [plan.warning for plan in plans if plan.warning],
            details={"programmes": [_detail(plan, named) for plan, named in zip(plans, words, strict=True)]},
        )


def _year(text: str | None, now: datetime) -> int:
    if text is None:
        return ProgrammeYear.of(local_date(now)).year
    try:
        return ProgrammeYear.parse(text).year
    except ValueError as error:
        raise CommandError(f"--year: {error}", returncode=2) from error


def _words(plan: Planned, now: datetime) -> PlanWords:
    return PlanWords.load(plan.lines, pack_of(plan.programme, local_date(now)), local_date(now))


def _lines(plan: Planned, named: PlanWords, *, is_dry: bool) -> list[str]:
    would = "would be " if is_dry else ""
    counts = (
        f"{plan.programme}: {plan.added} {would}added, {plan.dropped} {would}withdrawn, "
        f"{plan.moved} {would}moved, {plan.updated} {would}brought to newer rules."
    )
    told = [] if plan.is_new else [named.sentence(line) for line in plan.lines]
    return [counts, *(f"  {line}" for line in (*told, *plan.not_due))]


def _detail(plan: Planned, named: PlanWords) -> dict[str, Any]:
    return {
        "framework": plan.programme.framework.key,
        "year": plan.programme.year,
        "added": plan.added,
        "withdrawn": plan.dropped,
        "moved": plan.moved,
        "updated": plan.updated,
        "not_due": list(plan.not_due),
        "lines": [named.data(line) for line in plan.lines],
    }
