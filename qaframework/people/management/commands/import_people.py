from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.people_file import ImportRefused
from qaframework.people.workflow import import_people


class Command(OperatorCommand):
    help = "Take in units, posts and people from a CSV or XLSX file: the whole file or nothing of it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                changes = import_people(
                    file=file, file_name=path.name, by=None, now=now, dry_run=options["dry_run"]
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
        except ImportRefused as refused:
            for mistake in refused.mistakes:
                self.stderr.write(str(mistake))
            raise CommandError(_refusal(refused)) from refused
        would = "would change" if options["dry_run"] else "changed"
        things = "1 thing" if changes.count == 1 else f"{changes.count:,} things"
        lines = [f"{change.what}: {change.name} ({change.detail})" for change in changes.lines()]
        message = "\n".join([*lines, f"{path.name} {would} {things}."])
        return Outcome(changes.count, message, changes.warnings)


def _refusal(refused: ImportRefused) -> str:
    count = len(refused.mistakes)
    if not count:
        return refused.message
    return f"{refused.message} {count} value{' needs' if count == 1 else 's need'} attention."
