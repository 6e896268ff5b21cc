from argparse import ArgumentTypeError
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.caseload.models import CaseImport, ImportFinding
from qaframework.caseload.workflow import apply_import, changed_cases, check_import
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused

COUNTS = ("new", "changed", "closed", "reopened", "missing", "unchanged", "refused")


class Command(OperatorCommand):
    help = (
        "Bring the case register up to date from a CSV or XLSX file, in the register's layout or an Annex A "
        "workbook: the whole file or nothing of it, unless --skip-bad-rows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--extract-date",
            type=_day,
            required=True,
            help="The day on which the case system gave the file: 2026-11-30.",
        )
        parser.add_argument(
            "--skip-bad-rows",
            action="store_true",
            help="Apply the file without its refused rows; their children stay as they are.",
        )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        path: Path = options["file"]
        try:
            with path.open("rb") as file, transaction.atomic():
                checked = check_import(
                    file=file,
                    file_name=path.name,
                    extract_date=options["extract_date"],
                    by=None,
                    now=now,
                )
                outcome = self._decide(checked, now=now, **options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        return outcome

    def _decide(self, checked: CaseImport, *, now: datetime, **options: Any) -> Outcome:
        if checked.state == CaseImport.State.APPLIED:
            return Outcome(
                0,
                f"{checked.file_name} is already applied; nothing has changed since.",
                (),
                _details(checked),
            )
        refusals = checked.findings.filter(severity=ImportFinding.Severity.REFUSED)
        for finding in refusals.iterator():
            self.stderr.write(_line(finding, checked.file_name))
        apply_import(case_import=checked, skip_bad_rows=options["skip_bad_rows"], by=None, now=now)
        would = "would change" if options["dry_run"] else "changed"
        changed = changed_cases(checked)
        cases = "1 case" if changed == 1 else f"{changed:,} cases"
        counts = ", ".join(f"{checked.counts.get(name, 0):,} {name}" for name in COUNTS)
        warnings = checked.findings.filter(severity=ImportFinding.Severity.WARNING)
        return Outcome(
            changed,
            f"{checked.file_name} {would} {cases}: {counts}.",
            [_line(finding, checked.file_name) for finding in warnings],
            _details(checked),
        )


def _details(checked: CaseImport) -> dict[str, Any]:
    return {"import": checked.pk, "counts": checked.counts}


def _line(finding: ImportFinding, file_name: str) -> str:
    sheet = finding.sheet if finding.sheet == file_name else f"{file_name}, {finding.sheet}"
    row = f", row {finding.row}" if finding.row else ""
    column = f", {finding.column}" if finding.column else ""
    value = f" '{finding.value}'" if finding.value else ""
    return f"{sheet}{row}{column}{value}: {finding.problem} {finding.remedy}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date. Write it as 2026-11-30.") from None
