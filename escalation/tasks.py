"""Wakes the sweep, and takes back what has not left and is over."""

import logging

from celery import shared_task
from django.utils import timezone

from escalation import workflow
from escalation.health import SWEEP
from escalation.recalling import recall_notices
from qaframework.clocks.workflow import beat

# A sweep is taken whole or not at all, so that it may need longer than other tasks after days of silence.
SECONDS = 240

log = logging.getLogger(__name__)


@shared_task(soft_time_limit=SECONDS, time_limit=SECONDS + 10)
def sweep() -> None:
    for warning in workflow.sweep(now=timezone.now()).warnings:
        log.warning(warning)
    recall_notices(now=timezone.now())
    beat(name=SWEEP, now=timezone.now())
