from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from qaframework.packs.checking import Mistake, check
from qaframework.packs.reading import PackInvalid, pack_files
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = "Say everything that is wrong with a pack: a shipped one, a folder, a zip or a YAML file."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("pack", help="The name of a shipped pack, or a path.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        name = options["pack"]
        mistakes = _mistakes(name)
        if not mistakes:
            return Outcome(changed=0, message=f"{name}: nothing is wrong.", details={"mistakes": []})
        return Outcome(
            changed=0,
            message="\n".join(str(mistake) for mistake in mistakes),
            details={"mistakes": [vars(mistake) for mistake in mistakes]},
            failure=f"{name}: {len(mistakes)} to put right.",
        )


def _mistakes(name: str) -> list[Mistake]:
    try:
        return check(pack_files(name))
    except PackInvalid as invalid:
        return invalid.mistakes
