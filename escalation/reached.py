"""Whom a step reached, as what, and when and how its message was delivered."""

from typing import Any

from escalation.models import EscalationStep
from escalation.recipients import title_of
from escalation.wording import key_of_step, key_of_sweep
from qaframework.notices.models import Notice
from qaframework.people.tables import columns

COLUMNS = columns("Person", "As", "How")
NOT_WRITTEN = "No message is on record"


def rows_of(step: EscalationStep) -> list[list[Any]]:
    """One line for each person: their name, in which role and why, and what became of their message."""
    reached = list(step.reached.select_related("user"))
    keys = [key for one in reached for key in _keys(step, one.user_id)]
    notices = Notice.objects.filter(dedupe_key__in=keys).select_related("digest")
    delivered = {notice.recipient_id: notice.delivered for notice in notices}
    return [
        [str(one.user), _as(one.asked_for, one.note), delivered.get(one.user_id, NOT_WRITTEN)]
        for one in reached
    ]


def _keys(step: EscalationStep, user_id: int) -> tuple[str, str]:
    return key_of_step(step.pk, user_id), key_of_sweep(step.sweep, user_id)


def _as(word: str, note: str) -> str:
    title = title_of(word)
    return f"{title[0].upper()}{title[1:]}{f' ({note})' if note else ''}"
