"""Wakes the sweep."""

import logging

from celery import shared_task
from django.utils import timezone

from escalation import workflow
from escalation.health import SWEEP
from qaframework.clocks.workflow import beat

log = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    for warning in workflow.sweep(now=timezone.now()).warnings:
        log.warning(warning)
    beat(name=SWEEP, now=timezone.now())
