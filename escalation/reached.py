"""One step: what is late, whom it reached, as what, and when and how its message was delivered."""

from typing import Any

from escalation.access import label_of, url_of
from escalation.board import with_whom
from escalation.models import EscalationStep
from escalation.recipients import title_of
from escalation.wording import how_it_ended, key_of_step, key_of_sweep
from qaframework.notices.models import Notice
from qaframework.people.access import local_today
from qaframework.people.directory import holder_of
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date

COLUMNS = columns("Person", "As", "How")
NOT_WRITTEN = "No message is on record"


def facts_of(step: EscalationStep) -> list[dict[str, Any]]:
    """What is late, with whom, since when, and why its ladder ended if it did."""
    clock = step.clock
    holder = holder_of(clock.owner_post, local_today()) or "nobody holds this post"
    late = f", late: it fell due on {uk_date(step.falls_at)}" if step.was_late else ""
    facts: list[dict[str, Any]] = [
        {"label": "Work", "value": label_of(step), "url": url_of(step)},
        {"label": "With", "value": f"{with_whom(clock)}: {holder}"},
        {"label": "Step", "value": step.name, "status": "late"},
        {"label": "Reached on", "value": f"{uk_date(step.taken_at)}{late}"},
    ]
    if step.round == clock.round:
        facts.insert(2, {"label": "Was due", "value": uk_date(clock.due_at)})
    if over := how_it_ended(step):
        facts.append({"label": "How it ended", "value": over})
    return facts


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
