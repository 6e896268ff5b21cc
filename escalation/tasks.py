"""Wakes the sweep."""

from celery import shared_task
from django.utils import timezone

from escalation import workflow
from escalation.health import SWEEP
from qaframework.clocks.workflow import beat


@shared_task
def sweep() -> None:
    workflow.sweep(now=timezone.now())
    beat(name=SWEEP, now=timezone.now())
