"""The escalations board: what is late, since when, which step it has reached and whom that told.

The steps are counted in the order of how late each comes, whatever ladder it stands on.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Count, DurationField, F, Min, Prefetch
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from escalation.access import label_of, names_case, visible_steps
from escalation.forms import SHOW_ALL, BoardFilter
from escalation.models import EscalationStep, StepQuerySet, StepRecipient
from qaframework.people.models import User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.templatetags.page import short_date, unbroken
from qaframework.rules.working_days import local_date

COLUMNS = (
    {"label": "Work"},
    {"label": "Was due"},
    {"label": "With"},
    {"label": "Step"},
    {"label": "Who was told"},
    {"label": "Acknowledged"},
)
NOBODY = "Nobody: no post above this work has a holder"


@dataclass(frozen=True)
class StepCount:
    """How many pieces of work stand at one step, and the address (query string) that lists them."""

    name: str
    count: int
    url: str


@dataclass(frozen=True)
class BoardRow:
    """One line of the board. ``days_late`` counts calendar days in Europe/London."""

    step: EscalationStep
    label: str
    url: str
    with_whom: str
    days_late: int
    told: list[str]

    @property
    def cells(self) -> list[Any]:
        """The line as the component for tables takes it."""
        return [
            {"text": self.label, "url": self.url},
            f"{unbroken(short_date(self.step.clock.due_at))}\n{unbroken(self._since())}",
            self.with_whom,
            {"text": self.step.name, "status": "late"},
            "\n".join(self.told) or NOBODY,
            self._acknowledged(),
        ]

    def _since(self) -> str:
        """Something can be late by the hour, and a sweep may have been run as of a later day than today."""
        days = f"{abs(self.days_late)} day{'' if abs(self.days_late) == 1 else 's'}"
        if self.step.clock.stopped_at:
            return f"{days} late when it ended" if self.days_late > 0 else "ended that day"
        if self.days_late <= 0:
            return f"in {days}" if self.days_late else "today"
        return f"{days} ago"

    def _acknowledged(self) -> Any:
        if self.step.acknowledged_at is None:
            return {"text": "Acknowledge", "url": reverse("escalation:acknowledge", args=[self.step.pk])}
        by, at = self.step.acknowledged_by, short_date(self.step.acknowledged_at)
        return f"{by}, {at}: {self.step.acknowledgement}"


@dataclass(frozen=True)
class Board:
    rows: list[BoardRow]
    page: KeysetPage[EscalationStep]
    counts: list[StepCount]
    filter: BoardFilter

    @property
    def cells(self) -> list[list[Any]]:
        return [row.cells for row in self.rows]


def board_for(user: User, query: QueryDict, today: date) -> Board:
    """The board as one person may see it, narrowed by the filters in the address."""
    visible = visible_steps(user, today)
    now_or_all = visible.escalations() if query.get("show") == SHOW_ALL else visible.current()
    tally = now_or_all.order_by().values_list("name", "clock__kind")
    how_late = Min(F("falls_at") - F("clock__due_at"), output_field=DurationField())
    counts: Counter[str] = Counter()
    kinds = set()
    for name, kind, count, _ in sorted(tally.annotate(Count("pk"), how_late=how_late), key=itemgetter(3, 0)):
        counts[name] += count
        kinds.add((kind, kind_label(kind)))
    chosen = BoardFilter(query, steps=counts, kinds=sorted(kinds))
    page = keyset_page(_narrowed(now_or_all, chosen), moment="clock__due_at", query=query)
    rows = [_row(step, today) for step in page.rows]
    return Board(rows, page, [_count(name, count, query) for name, count in counts.items()], chosen)


def kind_label(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _count(name: str, count: int, query: QueryDict) -> StepCount:
    show = {"show": SHOW_ALL} if query.get("show") == SHOW_ALL else {}
    return StepCount(name, count, f"?{urlencode({**show, 'step': name})}")


def _narrowed(steps: StepQuerySet, chosen: BoardFilter) -> StepQuerySet:
    if step := chosen.chosen("step"):
        steps = steps.filter(name=step)
    if kind := chosen.chosen("kind"):
        steps = steps.filter(clock__kind=kind)
    if acknowledged := chosen.chosen("acknowledged"):
        steps = steps.filter(acknowledged_at__isnull=acknowledged == "no")
    reached = Prefetch("reached", StepRecipient.objects.select_related("user"))
    return steps.select_related("clock__owner_post", "clock__unit", "acknowledged_by").prefetch_related(
        reached
    )


def _row(step: EscalationStep, today: date) -> BoardRow:
    until = local_date(step.clock.stopped_at) if step.clock.stopped_at else today
    told = [f"{one.user}{f' ({one.note})' if one.note else ''}" for one in step.reached.all()]
    post, unit = step.clock.owner_post.title, step.clock.unit.name
    return BoardRow(
        step=step,
        label=label_of(step),
        url=step.clock.url if names_case(step) else "",
        with_whom=post if unit.lower() in post.lower() else f"{post}, {unit}",
        days_late=(until - local_date(step.clock.due_at)).days,
        told=told,
    )
