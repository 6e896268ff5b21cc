"""A year on paper: who would owe what by month, without touching the data."""

import csv
from dataclasses import asdict
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from qaframework.allocation.simulation import Assumptions, Simulated, read_staff, simulate
from qaframework.allocation.workflow.proposing import owners_in
from qaframework.packs.command import live_frameworks
from qaframework.packs.definition import Pack, parse
from qaframework.packs.reading import PackInvalid, hash_of, read_pack
from qaframework.packs.wording import not_due_in
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.exports import without_formula
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
        parser.add_argument("--csv", action="store_true", help="Print a table as CSV instead of a text.")
        standard = Assumptions()
        parser.add_argument(
            "--inadequate",
            type=int,
            default=standard.inadequate,
            help="Percent of audits.",
        )
        parser.add_argument(
            "--actions",
            type=int,
            default=standard.actions_per_audit,
            help="For each audit.",
        )
        parser.add_argument("--late", type=int, default=standard.late, help="Percent of work.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        try:
            assumptions = Assumptions(options["inadequate"], options["actions"], options["late"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        pack, staff = _given(options) if options["staff"] else _own(options["framework"], now)
        try:
            year = ProgrammeYear.parse(options["year"]).year if options["year"] else None
            span = ProgrammeYear.of(local_date(now), pack.year_starts_in)
            found = simulate(pack, year or span.year, staff, assumptions)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        write = _csv if options["csv"] else _table
        return Outcome(0, write(pack, found, assumptions), details=_details(pack, found, assumptions))


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


def _lines(pack: Pack, found: Simulated) -> list[tuple[str, str, list[int]]]:
    """Kind, name and numbers by month: roles, activities, and what is expected to follow."""
    activities = sorted({activity for activity, _ in found.activities})
    return [
        *(("role", pack.role_label(role), found.by_month(role)) for role in found.roles),
        *(("work", pack.activity(key).label, found.activity_by_month(key)) for key in activities),
        *(("expected", name, numbers) for name, numbers in found.expected_by_month().items()),
    ]


def _assumed(assumptions: Assumptions) -> dict[str, str]:
    """Each assumption in words, by the option that sets it."""
    return {
        "--inadequate": f"{assumptions.inadequate} in 100 audits have a grade that must be moderated",
        "--actions": f"each audit leads to {assumptions.actions_per_audit} actions",
        "--late": f"{assumptions.late} in 100 pieces of work are late enough for the first step to be taken",
    }


def _table(pack: Pack, found: Simulated, assumptions: Assumptions) -> str:
    lines = _lines(pack, found)
    width = max(len(name) for _, name, _ in lines)
    header = [month.label[:3] for month in found.year.months]
    return "\n".join(
        [
            f"{pack.name}, {found.year.label}",
            *not_due_in(pack, found.year),
            *_block("Pieces of work by role", "role", lines, header, width),
            *_block("The same by kind of work", "work", lines, header, width),
            *_block("What is expected to follow", "expected", lines, header, width),
            "",
            "Assumed, and set with the option named:",
            *(f"  {words} ({option})" for option, words in _assumed(assumptions).items()),
            "Every post counts as held for the whole year.",
        ]
    )


def _block(
    title: str, kind: str, lines: list[tuple[str, str, list[int]]], header: list[str], width: int
) -> list[str]:
    rows = [(name, numbers) for of, name, numbers in lines if of == kind]
    return [
        "",
        title,
        f"{'':<{width}}" + "".join(f"{cell:>6}" for cell in [*header, "Year"]),
        *(f"{name:<{width}}" + "".join(f"{n:>6}" for n in [*ns, sum(ns)]) for name, ns in rows),
    ]


def _csv(pack: Pack, found: Simulated, assumptions: Assumptions) -> str:
    """The same as rows of a table: kind, name, a column for each month and the year; last what is assumed."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kind", "name", *(month.key for month in found.year.months), "year"])
    writer.writerows(
        [kind, without_formula(name), *numbers, sum(numbers)] for kind, name, numbers in _lines(pack, found)
    )
    writer.writerows(["assumed", words] for words in _assumed(assumptions).values())
    return text.getvalue().rstrip("\n")


def _details(pack: Pack, found: Simulated, assumptions: Assumptions) -> dict[str, Any]:
    expected = found.expected_by_month()
    activities = sorted({activity for activity, _ in found.activities})
    return {
        "year": found.year.key,
        "months": [month.key for month in found.year.months],
        "not_due": not_due_in(pack, found.year),
        "by_role": {role: found.by_month(role) for role in found.roles},
        "by_activity": {key: sum(found.activity_by_month(key)) for key in activities},
        "expected_by_month": {name.lower(): numbers for name, numbers in expected.items()},
        **{name.lower(): sum(numbers) for name, numbers in expected.items()},
        "assumed": asdict(assumptions),
    }
