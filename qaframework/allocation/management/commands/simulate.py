"""A year on paper: who would owe what by month, without touching the data."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from qaframework.allocation.simulation import Assumptions, Simulated, read_staff, simulate
from qaframework.allocation.workflow.proposing import owners_in
from qaframework.packs.command import live_frameworks
from qaframework.packs.definition import Pack, parse
from qaframework.packs.reading import PackInvalid, hash_of, read_pack
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.programme import Owner
from qaframework.rules.working_days import local_date


class Command(OperatorCommand):
    help = "Show a year ahead on paper: who owes what by month. Nothing is written."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", help="The year in which the programme starts; this year's without it.")
        parser.add_argument(
            "--framework",
            help="A live framework's key; with --staff also a shipped pack's name, or a pack's path.",
        )
        parser.add_argument("--staff", help="CSV or XLSX with post, role, unit; without it the own posts.")
        standard = Assumptions()
        parser.add_argument("--inadequate", type=int, default=standard.inadequate, help="Percent of audits.")
        parser.add_argument("--actions", type=int, default=standard.actions_per_audit, help="For each audit.")
        parser.add_argument("--late", type=int, default=standard.late, help="Percent of all work.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        assumptions = Assumptions(options["inadequate"], options["actions"], options["late"])
        pack, staff = _given(options) if options["staff"] else _own(options["framework"], now)
        try:
            year = ProgrammeYear.parse(options["year"]).year if options["year"] else None
            span = ProgrammeYear.of(local_date(now), pack.year_starts_in)
            found = simulate(pack, year or span.year, staff, assumptions)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        return Outcome(0, _table(pack, found, assumptions), details=_details(found))


def _given(options: dict[str, Any]) -> tuple[Pack, list[Owner[str]]]:
    if not options["framework"]:
        raise CommandError("--staff needs --framework: a shipped pack's name, or a path.", returncode=2)
    path = Path(options["staff"])
    try:
        content = read_pack(options["framework"])
        with path.open("rb") as file:
            return parse(hash_of(content), content), read_staff(file, path.name)
    except (PackInvalid, Refused) as refused:
        raise CommandError(str(refused)) from refused
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _own(key: str | None, now: datetime) -> tuple[Pack, list[Owner[str]]]:
    frameworks = live_frameworks(key)
    if len(frameworks) > 1:
        raise CommandError("There are several live frameworks. Say which with --framework.", returncode=2)
    posts = owners_in(frameworks[0])
    staff = [Owner(str(owner.key), owner.role, owner.units) for owner in posts]
    return frameworks[0].version_on(local_date(now)).pack, staff


def _table(pack: Pack, found: Simulated, assumptions: Assumptions) -> str:
    header = ["", *(month.label[:3] for month in found.year.months), "Year"]
    rows = [
        [pack.role_label(role), *map(str, found.by_month(role)), str(sum(found.by_month(role)))]
        for role in found.roles
    ]
    width = max(len(row[0]) for row in [header, *rows])
    lines = [f"{row[0]:<{width}}" + "".join(f"{cell:>6}" for cell in row[1:]) for row in [header, *rows]]
    work = [f"{pack.activity(key).label}: {number}" for key, number in sorted(found.activities.items())]
    return "\n".join(
        [
            f"{pack.name}, {found.year.label}",
            *lines,
            *work,
            f"Moderations: {found.moderations}, if {assumptions.inadequate} in 100 audits are inadequate",
            f"Actions: {found.actions}, at {assumptions.actions_per_audit} for each audit",
            f"Escalations: {found.escalations}, if {assumptions.late} in 100 pieces of work are late",
        ]
    )


def _details(found: Simulated) -> dict[str, Any]:
    return {
        "year": found.year.key,
        "months": [month.key for month in found.year.months],
        "by_role": {role: found.by_month(role) for role in found.roles},
        "by_activity": dict(found.activities),
        "moderations": found.moderations,
        "actions": found.actions,
        "escalations": found.escalations,
    }
