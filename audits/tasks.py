"""What happens with nobody clicking: draws, moderation draws, re-audits, the month's other work."""

from celery import shared_task
from django.utils import timezone

from audits import workflow
from qaframework.allocation.workflow import allocate_period_work, lapse_requests


@shared_task
def draw_due_samples() -> int:
    return workflow.draw_due_months(now=timezone.now()).allocated


@shared_task
def open_due_work() -> int:
    """Open the month's work, choose what is moderated, allocate re-audits, close late requests, remind."""
    now = timezone.now()
    opened = allocate_period_work(now=now)
    drawn = workflow.draw_due_moderations(now=now)
    lapsed = lapse_requests(now=now)
    reminded = workflow.remind_of_meetings(now=now)
    return opened + drawn + lapsed + reminded + len(workflow.open_due_reaudits(now=now).opened)
