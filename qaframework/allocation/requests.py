"""Requests for more time as rows of tables."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from qaframework.allocation.models import ExtensionRequest
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow import may_decide
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.people.templatetags.page import due_in_words, short_date

Row = list[Any]


def waiting_rows(requests: Iterable[ExtensionRequest], user: User, today: date) -> list[Row]:
    """Each with its deadline and, for those who may decide, the way to do so."""
    organisation = Organisation.load(today)
    return [
        [*_start(one), _deadline(one, today), _decide(one, user, organisation, today)]
        for one in _ready(requests)
    ]


def decided_rows(requests: Iterable[ExtensionRequest]) -> list[Row]:
    """Each with its outcome: granted, refused, or lapsed because nobody decided in time."""
    return [[*_start(one), _outcome(one), _decision(one)] for one in _ready(requests)]


def _ready(requests: Iterable[ExtensionRequest]) -> list[ExtensionRequest]:
    rows = list(requests)
    with_rules([one.assignment for one in rows])
    return rows


def _start(one: ExtensionRequest) -> Row:
    wish = f"Until {short_date(one.new_due_on)}" if one.new_due_on else "Not to do it"
    return [subject_line(one.assignment), f"{one.asked_by}\n{one.assignment.post.title}", wish]


def _deadline(one: ExtensionRequest, today: date) -> str:
    due_on = one.assignment.due_on
    assert due_on is not None
    return f"{short_date(due_on)}, {due_in_words(due_on, today)}"


def _decide(one: ExtensionRequest, user: User, organisation: Organisation, today: date) -> Any:
    due_on = one.assignment.due_on
    if due_on is not None and due_on < today:
        return "No longer possible"
    if not may_decide(user, one.assignment, organisation):
        return "Not yours to decide"
    return {"text": "Decide", "url": reverse("allocation:decide_extension", args=[one.pk])}


def _outcome(one: ExtensionRequest) -> dict[str, str]:
    tags = {"granted": "agreed", "refused": "refused", "lapsed": "late"}
    return {"status": tags[one.state], "text": one.get_state_display()}


def _decision(one: ExtensionRequest) -> str:
    if one.decided_by is None:
        return "Nobody decided before the deadline"
    who = f"{one.decided_by}, {short_date(one.decided_at)}"
    return f"{who}\n{one.decision_reason}" if one.decision_reason else who
