"""Shows that beat, the broker and a worker are alive: this task came all the way."""

from celery import shared_task
from django.utils import timezone

from qaframework.clocks import workflow

BEAT = "beat"


@shared_task
def beat_heartbeat() -> None:
    workflow.beat(name=BEAT, now=timezone.now())
