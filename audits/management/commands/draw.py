"""Draw and allocate the cases of a month, or of every month whose time has come."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from audits.models import SampleDraw
from audits.workflow import Drawn, draw_due_months, draw_month
from qaframework.packs.command import live_frameworks
from qaframework.packs.models import Framework
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month


class Command(OperatorCommand):
    help = "Draw the cases of a month at random and allocate them; what was drawn before stays."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--period", help="The month, such as 2026-12; every month that is due without it."
        )
        parser.add_argument("--framework", help="Key of the framework; all live ones without it.")
        parser.add_argument("--seed", help="The seed of the draws; a random one for each without it.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        frameworks = live_frameworks(options["framework"])
        month = _month(options["period"])
        with transaction.atomic():
            if month is None:
                drawn = draw_due_months(now=now, frameworks=frameworks, seed=options["seed"])
            else:
                drawn = _draw(frameworks, month, options["seed"], now)
            details = [_detail(draw) for draw in drawn.draws]
            if options["dry_run"]:
                transaction.set_rollback(True)
        verb = "would be " if options["dry_run"] else ""
        return Outcome(
            len(drawn.draws) + drawn.allocated,
            f"Draws {verb}made: {len(drawn.draws)}. Cases {verb}allocated: {drawn.allocated}.",
            drawn.warnings,
            {"allocated": drawn.allocated, "draws": details},
        )


def _month(text: str | None) -> Month | None:
    if text is None:
        return None
    try:
        return Month.parse(text)
    except ValueError as error:
        raise CommandError(f"--period: {error}", returncode=2) from error


def _draw(frameworks: Iterable[Framework], month: Month, seed: str | None, now: datetime) -> Drawn:
    """The month of each framework; one without a programme is a warning, unless none has one."""
    total, refusals = Drawn(), []
    frameworks = list(frameworks)
    for framework in frameworks:
        try:
            total.add(draw_month(framework=framework, month=month, seed=seed, by=None, now=now))
        except Refused as refused:
            refusals.append(f"{framework}: {refused}")
    if len(refusals) == len(frameworks):
        raise CommandError(" ".join(refusals))
    total.warnings += refusals
    return total


def _detail(draw: SampleDraw) -> dict[str, Any]:
    cases = draw.cases.order_by("is_reserve", "position").values_list("is_reserve", "case__child_ref")
    return {
        "id": draw.pk,
        "activity": draw.activity,
        "period": draw.period,
        "pool": draw.pool.code,
        "seed": draw.seed,
        "size": draw.size,
        "frame_size": draw.frame_size,
        "frame_hash": draw.frame_hash,
        "shortfall": draw.shortfall,
        "cases": [reference for is_reserve, reference in cases if not is_reserve],
        "reserves": [reference for is_reserve, reference in cases if is_reserve],
    }
