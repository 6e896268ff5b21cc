"""The escalations board: what is late, since when, which step it has reached and whom that told."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch
from django.http import QueryDict
from django.utils.http import urlencode

from escalation.access import visible_steps
from escalation.forms import SHOW_ALL, BoardFilter
from escalation.models import EscalationStep, StepQuerySet, StepRecipient
from qaframework.people.models import User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.rules.working_days import local_date


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
    with_whom: str
    days_late: int
    told: list[str]


@dataclass(frozen=True)
class Board:
    rows: list[BoardRow]
    page: KeysetPage[EscalationStep]
    counts: list[StepCount]
    filter: BoardFilter


def board_for(user: User, query: QueryDict, today: date) -> Board:
    """The board as one person may see it, narrowed by the filters in the address."""
    visible = visible_steps(user, today)
    now_or_all = visible.escalations() if query.get("show") == SHOW_ALL else visible.current()
    tally = now_or_all.order_by("position", "name").values_list("position", "name", "clock__kind")
    counts: Counter[str] = Counter()
    kinds = set()
    for _, name, kind, count in tally.annotate(count=Count("pk")):
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
    with_whom = post if unit in post else f"{post}, {unit}"
    return BoardRow(step, with_whom, (until - local_date(step.clock.due_at)).days, told)
