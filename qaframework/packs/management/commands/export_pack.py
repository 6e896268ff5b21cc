from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from qaframework.packs.documents import pack_up
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import files_of
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.working_days import local_date


class Command(OperatorCommand):
    help = "Write a framework as a zip that can be edited and loaded again."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("framework", help="The framework's key.")
        parser.add_argument("--version-number", type=int, help="Which version; the one in force without it.")
        parser.add_argument("--output", type=Path, required=True, help="The zip to write.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        version = _version(options["framework"], options["version_number"], now)
        output: Path = options["output"]
        try:
            output.write_bytes(pack_up(files_of(version.content)))
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        return Outcome(
            changed=0,
            message=f"{version} is in {output}.",
            warnings=[] if options["version_number"] else list(_later(version)),
            details={"file": str(output), "version": version.number},
        )


def _later(version: FrameworkVersion) -> Iterator[str]:
    """Changes that begin later are in no file of the version before: loaded again, it would undo them."""
    newest = version.framework.versions.latest("number")
    if newest.number > version.number:
        yield (
            f"{newest.label} is newer and holds from {uk_date(newest.effective_from)}. "
            f"For a pack with its changes, add --version-number {newest.number}."
        )


def _version(key: str, number: int | None, now: datetime) -> FrameworkVersion:
    try:
        framework = Framework.objects.get(key=key)
        return (
            framework.version_on(local_date(now)) if number is None else framework.versions.get(number=number)
        )
    except Framework.DoesNotExist as error:
        known = ", ".join(Framework.objects.values_list("key", flat=True)) or "none"
        raise CommandError(f"There is no framework “{key}”. Loaded: {known}.") from error
    except FrameworkVersion.DoesNotExist as error:
        raise CommandError(f"{framework} has no version {number or 'in force on that day'}.") from error
