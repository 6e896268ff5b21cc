"""Build the report of a month or quarter, or every report that is due, and write it to a file."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from qaframework.packs.command import known_frameworks, live_frameworks
from qaframework.packs.models import Framework
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.models import Unit
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from reporting.models import Report
from reporting.pages import as_data, document_of
from reporting.periods import period_of
from reporting.workflow import build_due_reports, build_report
from reporting.writers import WRITERS

STYLE_SHEETS = ("vendor/govuk-frontend/govuk-frontend.min.css", "css/app.css")
ENDINGS = ("html", *WRITERS, "json")


class Command(OperatorCommand):
    help = (
        "Build the report of a month or quarter, or every report that is due when none is named; run again, "
        "it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", nargs="?", choices=[str(kind) for kind in Report.Kind.values])
        parser.add_argument("--period", help="Such as 2026-11, or 2026-Q3 for a quarter.")
        parser.add_argument("--unit", help="Code of the unit that it is about; all units when left out.")
        parser.add_argument("--framework", help="Key of the framework; needed where several are live.")
        parser.add_argument("--output", help=f"File to write it to: .{', .'.join(ENDINGS)}.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        named = [name for name in ("kind", "period", "unit", "framework", "output") if options[name]]
        if not named:
            return _all_due(now, options["dry_run"])
        if not {"kind", "period"} <= set(named):
            raise CommandError(
                "Name a report and its period, such as: monthly --period 2026-11. Or name neither, for "
                "every report that is due.",
                returncode=2,
            )
        return self._build_one(now, **options)

    def _build_one(self, now: datetime, **options: Any) -> Outcome:
        output = _output(options["output"])
        framework = _framework(options["framework"])
        try:
            period = period_of(options["kind"], options["period"], framework.version_on(local_date(now)).pack)
        except ValueError as error:
            raise CommandError(f"--period: {error}", returncode=2) from error
        unit = _unit(options["unit"])
        before = framework.reports.count()
        with transaction.atomic():
            try:
                report = build_report(
                    framework=framework, kind=options["kind"], period=period, unit=unit, by=None, now=now
                )
            except Refused as refused:
                raise CommandError(str(refused)) from refused
            changed = framework.reports.count() - before
            if output and not options["dry_run"]:
                output.write_bytes(_content(report, output.suffix[1:]))
            if options["dry_run"]:
                transaction.set_rollback(True)
        would = "would be " if options["dry_run"] else ""
        done = f"{would}built" if changed else "stands as it was built"
        return Outcome(
            changed,
            f"{report.title}: {done}.{f' Written to {output}.' if output else ''}",
            details={"report": report.title, "version": report.version, "state": report.state},
        )


def _all_due(now: datetime, is_dry_run: bool) -> Outcome:
    with transaction.atomic():
        built = build_due_reports(now=now)
        if is_dry_run:
            transaction.set_rollback(True)
    would = "would be " if is_dry_run else ""
    return Outcome(built, f"Reports {would}built: {built}.")


def _output(name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if path.suffix[1:] not in ENDINGS:
        raise CommandError(
            f"--output is '{name}'. Its ending must be one of {', '.join(ENDINGS)}.", returncode=2
        )
    if not path.parent.is_dir():
        raise CommandError(f"--output: the folder {path.parent} does not exist.", returncode=2)
    return path


def _framework(key: str | None) -> Framework:
    found = live_frameworks(key)
    if len(found) > 1:
        raise CommandError(f"Name one framework with --framework. {known_frameworks()}")
    return found[0]


def _unit(code: str | None) -> Unit | None:
    if code is None:
        return None
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"--unit: there is no unit with the code {code}.", returncode=2)
    return found


def _style_element() -> SafeString:
    """Our own style sheets, for a file that is read without the server that would send them."""
    sheets = "".join((settings.BASE_DIR / "static" / name).read_text() for name in STYLE_SHEETS)
    return SafeString(f"<style>{sheets}</style>")


def _content(report: Report, ending: str) -> bytes:
    if ending == "json":
        return json.dumps(as_data(report), indent=2).encode()
    if ending == "html":
        context = {"document": document_of(report), "style_element": _style_element()}
        return render_to_string("reporting/report_alone.html", context).encode()
    return WRITERS[ending][1](document_of(report))
