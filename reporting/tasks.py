"""Builds the monthly and quarterly reports that are due."""

from celery import shared_task
from django.utils import timezone

from reporting import workflow


@shared_task
def build_due_reports() -> int:
    return workflow.build_due_reports(now=timezone.now())
