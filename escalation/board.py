"""The escalations board: what is late, since when, which step it has reached and whom that told.

The steps are counted in the order of how late each comes, whatever ladder it stands on.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Count, DurationField, F, Min, Prefetch, Q
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.text import Truncator

from escalation.access import label_of, url_of, visible_steps
from escalation.forms import SHOW_ALL, BoardFilter
from escalation.models import EscalationStep, StepQuerySet, StepRecipient
from escalation.wording import how_it_ended, step_url
from qaframework.clocks.models import Clock
from qaframework.people.access import posts_of
from qaframework.people.models import PostHolding, Unit, User
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
NOTE_LENGTH = 120  # of a note in the list
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
    is_own: bool

    @property
    def cells(self) -> list[Any]:
        """The line as the component for tables takes it."""
        return [
            {"text": self.label, "url": self.url},
            "\n".join(unbroken(line) for line in self._since()),
            self.with_whom,
            {"text": self.step.name, "status": "late"},
            "\n".join([*self.told, *late_words(self.step)]) if self.told else NOBODY,
            self._acknowledged(),
        ]

    def _since(self) -> list[str]:
        """Something can be late by the hour, and a sweep may have been run as of a later day than today."""
        clock, days = self.step.clock, f"{abs(self.days_late)} day{'' if abs(self.days_late) == 1 else 's'}"
        due = short_date(clock.due_at)
        if self.step.round != clock.round:
            return ["Deadline moved", f"to {due}"]
        if clock.stopped_at:
            over = f"{clock.get_stop_reason_display()} {short_date(clock.stopped_at)}"
            return [due, over, *([f"{days} late"] if self.days_late > 0 else [])]
        if self.days_late <= 0:
            return [due, f"in {days}" if self.days_late else "today"]
        return [due, f"{days} ago"]

    def _acknowledged(self) -> dict[str, str]:
        """What was noted, in short, or whether anybody can; its page has the rest."""
        url = step_url(self.step.pk)
        if self.step.acknowledged_at is None:
            can = not self.is_own and not how_it_ended(self.step)
            return {"text": "Acknowledge" if can else "Not acknowledged", "url": url}
        by, at = self.step.acknowledged_by, short_date(self.step.acknowledged_at)
        note = Truncator(self.step.acknowledgement).chars(NOTE_LENGTH)
        return {"text": f"{by}, {at}: {note}", "url": url}


def late_words(step: EscalationStep) -> list[str]:
    """That people were told late, as a list of none or one."""
    return [f"told late, on {short_date(step.taken_at)}"] if step.was_late else []


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
    """The board as one person may see it, narrowed by the filters in the address.

    The steps are counted within the team and person that are chosen, and their links keep both.
    """
    visible = visible_steps(user, today)
    now_or_all = visible.escalations() if query.get("show") == SHOW_ALL else visible.current()
    tally = _tally(now_or_all)
    kinds = {(kind, kind_label(kind)) for _, kind, _ in tally}
    chosen = BoardFilter(
        query,
        units=units_in(now_or_all),
        people=people_in(now_or_all, today),
        steps=dict.fromkeys(name for name, _, _ in tally),
        kinds=sorted(kinds),
    )
    within = _within(now_or_all, chosen, today)
    counts: Counter[str] = Counter()
    for name, _, count in tally if within is now_or_all else _tally(within):
        counts[name] += count
    page = keyset_page(_narrowed(within, chosen), moment="clock__due_at", query=query)
    own_posts = {post.pk for post in posts_of(user, today)}
    rows = [_row(step, own_posts, today) for step in page.rows]
    return Board(rows, page, [_count(name, count, query) for name, count in counts.items()], chosen)


def units_in(steps: StepQuerySet) -> list[tuple[str, str]]:
    """The units whose work is among the steps and all above them, from the top down, by their codes."""
    paths = set(steps.order_by().values_list("clock__unit__path", flat=True).distinct())
    lines = [path.strip("/").split("/") for path in paths]
    above = {f"/{'/'.join(line[:depth])}/" for line in lines for depth in range(1, len(line) + 1)}
    units = Unit.objects.filter(path__in=above).order_by("path")
    return list(units.values_list("code", "name"))


def people_in(steps: StepQuerySet, today: date) -> list[tuple[str, str]]:
    """Who holds the posts that owe the work today, and who was told of any step of it, by name."""
    holders = PostHolding.objects.on(today).filter(post__in=steps.order_by().values("clock__owner_post"))
    told = StepRecipient.objects.filter(step__clock__in=steps.order_by().values("clock"))
    people = User.objects.filter(Q(pk__in=holders.values("user")) | Q(pk__in=told.values("user")))
    return [(str(pk), name) for pk, name in people.order_by("full_name", "pk").values_list("pk", "full_name")]


def kind_label(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _tally(steps: StepQuerySet) -> list[tuple[str, str, int]]:
    """How many stand at each step, by kind of work; the step that comes first after a deadline first."""
    how_late = Min(F("falls_at") - F("clock__due_at"), output_field=DurationField())
    counted = steps.order_by().values_list("name", "clock__kind").annotate(Count("pk"), how_late=how_late)
    return [(name, kind, count) for name, kind, count, _ in sorted(counted, key=itemgetter(3, 0))]


def _count(name: str, count: int, query: QueryDict) -> StepCount:
    kept = [(key, str(query[key])) for key in ("show", "unit", "person") if query.get(key)]
    return StepCount(name, count, f"?{urlencode([*kept, ('step', name)])}")


def _within(steps: StepQuerySet, chosen: BoardFilter, today: date) -> StepQuerySet:
    """The steps of one unit and all below it, and of work that one person has or was told of."""
    if code := chosen.chosen("unit"):
        unit = Unit.objects.get(code=code)
        steps = steps.filter(clock__unit__path__startswith=unit.path)
    if person := chosen.chosen("person"):
        held = PostHolding.objects.on(today).filter(user=int(person))
        told = StepRecipient.objects.filter(user=int(person))
        has_it = Q(clock__owner_post__in=held.values("post"))
        steps = steps.filter(has_it | Q(clock__in=told.values("step__clock")))
    return steps


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


def with_whom(clock: Clock) -> str:
    """The post that owes the work, with its unit where the title does not say it."""
    post, unit = clock.owner_post.title, clock.unit.name
    return post if unit.lower() in post.lower() else f"{post}, {unit}"


def _row(step: EscalationStep, own_posts: Collection[int], today: date) -> BoardRow:
    until = local_date(step.clock.stopped_at) if step.clock.stopped_at else today
    told = [f"{one.user}{f' ({one.note})' if one.note else ''}" for one in step.reached.all()]
    return BoardRow(
        step=step,
        label=label_of(step),
        url=url_of(step),
        with_whom=with_whom(step.clock),
        days_late=(until - local_date(step.clock.due_at)).days,
        told=told,
        is_own=step.clock.owner_post_id in own_posts,
    )
