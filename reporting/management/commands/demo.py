import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.packs.reading import PackInvalid, demonstration_packs
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.refusal import Refused
from reporting.demo.authority import PASSWORD, LogIn, make_demo


class Command(OperatorCommand):
    help = "Load an invented authority with a year of work behind it, into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--framework",
            default=demonstration_packs()["social_care"],
            help="A shipped framework, or a pack's path.",
        )
        parser.add_argument("--seed", default="1", help="The same seed and moment give the same authority.")
        parser.add_argument(
            "--yes-this-is-a-demo",
            action="store_true",
            help="Needed in production, where everybody would have the same published password.",
        )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        if settings.PRODUCTION and not options["yes_this_is_a_demo"]:
            raise CommandError(
                "This is a production installation, and the demonstration's password is published. "
                "If nobody works here, say --yes-this-is-a-demo."
            )
        # All or nothing: a demonstration made by half would block the next try.
        with transaction.atomic(), nothing_thrown_away():
            try:
                log_ins = make_demo(framework=options["framework"], seed=options["seed"], now=now)
            except (Refused, PackInvalid) as refused:
                raise CommandError(str(refused)) from refused
            if options["dry_run"]:
                transaction.set_rollback(True)
        rows = [{"kind": one.kind, "name": one.name, "email": one.email} for one in log_ins]
        message = "The demonstration can be loaded." if options["dry_run"] else _letter(log_ins)
        return Outcome(len(rows), message, details={"log_ins": rows, "password": PASSWORD})


@contextmanager
def nothing_thrown_away() -> Iterator[None]:
    """A year of objects lives until the end: looking for garbage among them takes a seventh of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _letter(log_ins: list[LogIn]) -> str:
    lines = [f"  {one.kind:<20}{one.email:<44}{one.name}" for one in log_ins]
    return "\n".join(
        [
            "Northmoor, an invented authority, is ready. Sign in as:",
            *lines,
            f"The password of all of them is {PASSWORD}",
        ]
    )
