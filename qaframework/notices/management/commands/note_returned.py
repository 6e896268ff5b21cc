"""Take in a mail server's report that an e-mail could not be delivered."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.notices.returned import read_report
from qaframework.notices.workflow import note_returned
from qaframework.people.command import OperatorCommand, Outcome

STANDARD_INPUT = "-"


class Command(OperatorCommand):
    help = "Take in a mail server's report that an e-mail could not be delivered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The report; - for standard input.")
        super().add_arguments(parser)

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        returned = read_report(_content(options["file"]))
        if returned is None:
            return Outcome(0, "This is no report of an e-mail that could not be delivered.")
        with transaction.atomic():
            is_new = note_returned(notice_id=returned.notice_id, reason=returned.reason, now=now)
            transaction.set_rollback(options["dry_run"])
        if not is_new:
            return Outcome(0, f"Notice {returned.notice_id} was not sent from here, or this is known.")
        return Outcome(1, f"Notice {returned.notice_id} came back: {returned.reason}")


def _content(file: str) -> bytes:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as trouble:
        raise CommandError(f"{file} cannot be read: {trouble.strerror}.") from trouble
