"""Make a recorded draw again and say whether it gives the same cases."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audits.models import DipSampleDraw, RecordedDraw, SampleDraw
from audits.workflow import verify_draw, verify_sample
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.rules.sampling import Replay


class Command(OperatorCommand):
    help = "Make a recorded draw again and say whether it matches its record."
    changes_things = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", type=int, help="The draw's number, as in the address of its page.")
        parser.add_argument(
            "--dip-sample",
            action="store_true",
            help="The number is that of a dip sample for which the program drew what it looks at.",
        )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        number = options["id"]
        name = f"draw for dip sample {number}" if options["dip_sample"] else f"draw {number}"
        found = self._of_dip_sample(number) if options["dip_sample"] else self._of_cases(number)
        if found is None:
            raise CommandError(f"There is no {name}.")
        draw, replay = found
        return Outcome(
            0,
            f"The {name} matches its record." if replay.matches else f"The {name} was made again.",
            details={
                "id": number,
                "matches": replay.matches,
                "difference": replay.difference,
                "frame_hash": draw.frame_hash,
                "seed": draw.seed,
            },
            failure="" if replay.matches else f"The {name} does not match its record. {replay.difference}",
        )

    def _of_cases(self, number: int) -> tuple[RecordedDraw, Replay] | None:
        draw = SampleDraw.objects.select_related("framework_version", "pool").filter(pk=number).first()
        return (draw, verify_draw(draw)) if draw else None

    def _of_dip_sample(self, number: int) -> tuple[RecordedDraw, Replay] | None:
        related = ("sample__assignment__framework_version",)
        draw = DipSampleDraw.objects.select_related(*related).filter(sample=number).first()
        return (draw, verify_sample(draw)) if draw else None
