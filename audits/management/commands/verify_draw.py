"""Make a recorded draw again and say whether it gives the same cases."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audits.models import SampleDraw
from audits.workflow import verify_draw
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = "Make a recorded draw again and say whether it matches its record."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", type=int, help="The draw's number, as in the address of its page.")

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        draw = SampleDraw.objects.select_related("framework_version", "pool").filter(pk=options["id"]).first()
        if draw is None:
            raise CommandError(f"There is no draw {options['id']}.")
        replay = verify_draw(draw)
        return Outcome(
            0,
            f"Draw {draw.pk} matches its record." if replay.matches else f"Draw {draw.pk} was made again.",
            details={
                "id": draw.pk,
                "matches": replay.matches,
                "difference": replay.difference,
                "frame_hash": draw.frame_hash,
                "seed": draw.seed,
            },
            failure=""
            if replay.matches
            else f"Draw {draw.pk} does not match its record. {replay.difference}",
        )
