"""What happens with nobody clicking: draws, moderation draws, re-audits, the month's other work."""

import logging
from collections.abc import Iterable

from celery import shared_task
from django.utils import timezone

from audits import workflow

log = logging.getLogger(__name__)


@shared_task
def draw_due_samples() -> int:
    drawn = workflow.draw_due_months(now=timezone.now())
    _say(drawn.warnings)
    return drawn.allocated


@shared_task
def open_due_work() -> int:
    done = workflow.open_due_work(now=timezone.now())
    _say(done.warnings)
    return done.changed


def _say(warnings: Iterable[str]) -> None:
    """What somebody should look at stands in the worker's log, as a command would print it."""
    for warning in warnings:
        log.warning(warning)
