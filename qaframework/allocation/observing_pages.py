"""What the page on how often somebody is observed shows."""

from datetime import date
from typing import Any

from django.urls import reverse

from qaframework.allocation.models import ObservationInterval
from qaframework.allocation.observing import asked_by, rules_of
from qaframework.packs.wording import at_least_once, how_often, sentence
from qaframework.people.models import PostHolding, User
from qaframework.people.templatetags.page import uk_date, uk_datetime

CHANGES = ("When", "What", "Why", "By")
SILENT = "The framework does not say how often"


def facts(holding: PostHolding, interval: ObservationInterval | None, on: date) -> list[dict[str, Any]]:
    """Rows of a summary list. Two queries."""
    worker = holding.user
    asked = [
        sentence(at_least_once(one.within, one.clauses))
        for rule in rules_of(holding.post, on)
        for one in asked_by(rule, worker, on)
    ]
    until = worker.newly_qualified_until
    return [
        {"label": "Post", "value": f"{holding.post.title}, {holding.post.unit.name}"},
        {"label": "The framework asks for", "value": "\n".join(asked) or SILENT},
        {
            "label": "Newly qualified",
            "value": f"Until {uk_date(until)}" if until and worker.is_newly_qualified(on) else "No",
            "change_url": reverse("allocation:newly_qualified", args=[worker.pk]),
            "change_label": "whether they are newly qualified",
        },
        {
            "label": "Own interval",
            "value": interval.get_within_display() if interval else "None",
            "change_url": reverse("allocation:set_interval", args=[worker.pk]),
            "change_label": "the interval of their own",
        },
        *(_of(interval, on) if interval else []),
    ]


def _of(interval: ObservationInterval, on: date) -> list[dict[str, Any]]:
    review = uk_date(interval.review_on) or "No date set"
    due = {"status": "late"} if interval.is_to_be_reviewed(on) else {}
    return [
        {"label": "Why", "value": interval.why},
        {"label": "To be reviewed", "value": review, **due},
    ]


def asked_in_words(holding: PostHolding, on: date) -> list[str]:
    """What the frameworks ask for of people in such a post, in a sentence. Two queries."""
    said = "; ".join(one for rule in rules_of(holding.post, on) for one in how_often(rule))
    return [f"The framework asks for: {said}." if said else f"{SILENT}."]


def change_rows(worker: User) -> list[list[str]]:
    """When intervals of the person's own were set, changed and ended, the latest first. One query."""
    entries = ObservationInterval.history.filter(worker=worker).select_related("history_user")
    return [
        [
            uk_datetime(entry.history_date),
            f"{entry.history_change_reason}: {entry.get_within_display().lower()}",
            entry.why,
            str(entry.history_user),
        ]
        for entry in entries
    ]
