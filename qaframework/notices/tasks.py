"""Wakes the sender."""

from celery import shared_task
from django.utils import timezone

from qaframework.notices import workflow


@shared_task
def deliver() -> None:
    workflow.deliver(now=timezone.now())
