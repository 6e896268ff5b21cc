"""The program's queue as it is, with the clock of the stage and a timetable of fractions of a second.

``celery -A tests.faults.program`` runs it in processes that a stage starts (tests/faults/stage.py).
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import import_modules
from django.utils import timezone

from qaframework.celery import app
from qaframework.clocks import sign_of_life
from tests.faults.clock import StageClock
from tests.faults.program_names import HELD, HOLD

FOLDER = Path(os.environ["QA_STAGE"])
CLOCK = StageClock(FOLDER)


timezone.now = CLOCK.now

OFTEN = 0.3  # seconds
TIMETABLE = {
    "heartbeat": "qaframework.clocks.tasks.beat_heartbeat",
    "sweep": "escalation.tasks.sweep",
    "deliver": "qaframework.notices.tasks.deliver",
}
app.conf.beat_schedule = {name: {"task": task, "schedule": OFTEN} for name, task in TIMETABLE.items()}
app.conf.beat_max_loop_interval = OFTEN
# A test that finds workers at work waits for their next sign of life.
sign_of_life.EVERY = OFTEN


@import_modules.connect
def let_be_held(**signals: Any) -> None:
    """Once the program is loaded: a sweep can be held when it has taken its steps and told nobody yet."""
    from django.conf import settings

    from escalation import claiming

    settings.EMAIL_TIMEOUT = 1
    claiming.close_moments_taken = _held(claiming.close_moments_taken)


def _held(step: Callable[..., None]) -> Callable[..., None]:
    def wait_before(**values: Any) -> None:
        try:
            (FOLDER / HOLD).rename(FOLDER / HELD)
        except FileNotFoundError:
            step(**values)
        else:
            signal.pause()

    return wait_before
