from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from qaframework.packs.blank_pack import blank_files, key_of
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


class Command(OperatorCommand):
    help = "Write a pack for a new authority, to begin with: docs/packs.md goes through it part by part."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("authority", help="The authority's name, as people say it.")
        parser.add_argument(
            "--output", type=Path, help="The folder to write; one named after the authority without it."
        )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        authority = options["authority"].strip()
        try:
            files = blank_files(authority, today=local_date(now))
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        folder: Path = options["output"] or Path(key_of(authority))
        if folder.exists():
            raise CommandError(f"There is something at {folder} already. Name another folder with --output.")
        try:
            for name, data in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        return Outcome(
            changed=0,
            message=f"A pack to begin with is in {folder}. Change it, and check it with: check_pack {folder}",
            details={"folder": str(folder), "files": list(files)},
        )
