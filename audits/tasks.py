"""What happens with nobody clicking: draws, moderation draws, re-audits, the month's other work.

What could not be given to anybody is on a page of the QA team (see ``audits.unallocated``).
"""

from celery import shared_task
from django.utils import timezone

from audits import workflow


@shared_task
def draw_due_samples() -> int:
    return workflow.draw_due_months(now=timezone.now()).allocated


@shared_task
def open_due_work() -> int:
    return workflow.open_due_work(now=timezone.now()).changed
