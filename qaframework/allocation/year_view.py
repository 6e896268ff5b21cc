"""A programme to look at: the year by role and month, a role's posts by quarter, one post's timetable."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.urls import reverse

from qaframework.allocation.limits import over_limit
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import holder_name
from qaframework.allocation.tallies import Tally, tallies_of
from qaframework.allocation.wording import state_tag
from qaframework.allocation.year_totals import RunningTotal, running_totals
from qaframework.packs.definition import Pack
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import Post
from qaframework.people.roles import ROLES
from qaframework.people.templatetags.page import short_date
from qaframework.rules.periods import Month, ProgrammeYear, Quarter

Row = list[Any]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class YearView:
    """``over`` are sentences about posts that have more than the framework allows; ``undated`` is work whose
    dates somebody has to settle, with where that is done."""

    by_month: list[Row]
    totals: list[RunningTotal]
    over: list[str]
    undated: list[Row]
    total: int


def version_of(programme: Programme, today: date) -> FrameworkVersion:
    """The rules that the programme follows today, or those of its first or last day outside its year."""
    day = min(max(today, programme.starts_on), programme.ends_on)
    versions = programme.framework.versions
    begun = versions.filter(effective_from__lte=day).order_by("-effective_from", "-number")[:1]
    # A programme can be made from a version that comes into force later in its first quarter.
    return begun.first() or versions.earliest("effective_from", "number")


def pack_of(programme: Programme, today: date) -> Pack:
    """The rules themselves; see ``version_of``."""
    return version_of(programme, today).pack


def span_of(programme: Programme) -> ProgrammeYear:
    return ProgrammeYear(programme.year, programme.starts_on.month)


def year_view(programme: Programme, pack: Pack, activity: str, today: date, *, may_date: bool) -> YearView:
    tallies = tallies_of(programme)
    shown = [one for one in tallies if not activity or one.activity == activity]
    span = span_of(programme)
    months = [month.key for month in span.months]
    rows = _matrix(shown, lambda one: one.role, lambda one: one.period, months)
    ordered = sorted(rows, key=lambda role: (-ROLES[role].seniority, role))
    by_month: list[Row] = [
        [
            {
                "text": pack.role_label(role),
                "url": reverse("allocation:programme_role", args=[programme.pk, role]),
            },
            *rows[role],
        ]
        for role in ordered
    ]
    if len(by_month) > 1:
        total = _matrix(shown, lambda _: "all", lambda one: one.period, months)
        by_month.append(["All posts", *total["all"]])
    return YearView(
        by_month=by_month,
        totals=running_totals(programme, pack, tallies, activity, today),
        over=[over.sentence(pack) for over in over_limit(programme, pack)],
        undated=_undated(programme, tallies, pack, span, may_date=may_date),
        total=sum(one.planned for one in shown),
    )


def role_rows(programme: Programme, role: str, today: date) -> list[Row]:
    """The posts of a role with what each owes by quarter, done of planned."""
    span = span_of(programme)
    by_post = _matrix(tallies_of(programme, role), lambda one: one.post_id, _quarter_of(span), span.quarters)
    posts = (
        Post.objects.filter(pk__in=by_post).select_related("unit").annotate(holder=holder_name("pk", today))
    )
    return [
        [
            {
                "text": post.title,
                "url": reverse("allocation:programme_post", args=[programme.pk, post.pk]),
            },
            post.unit.name,
            post.holder or "Vacant",
            *by_post[post.pk],
        ]
        for post in posts.order_by("unit__path", "title", "pk")
    ]


def timetable(pack: Pack, span: ProgrammeYear, work: Sequence[Assignment]) -> list[Row]:
    """One post's work by activity and quarter, with the totals (LAN-16)."""
    tallies = [_tally(one) for one in work if one.state not in Assignment.CALLED_OFF_STATES]
    rows = _matrix(tallies, lambda one: one.activity, _quarter_of(span), span.quarters)
    ordered = [*(key for key in pack.activities if key in rows), *(rows.keys() - pack.activities.keys())]
    shown: list[Row] = [[_label(pack, key), *rows[key]] for key in ordered]
    if shown:
        total = _matrix(tallies, lambda _: "all", _quarter_of(span), span.quarters)
        shown.append(["Total", *total["all"]])
    return shown


def work_rows(pack: Pack, work: Sequence[Assignment], today: date, *, may_plan: bool) -> list[Row]:
    """The pieces of work behind a timetable, without the cases they are about; for those who plan with the
    way to move each that is not handed in."""
    rows = []
    for one in work:
        known = pack.activities.get(one.activity)
        is_undated = known is not None and known.is_dated_later
        due = short_date(one.due_on) or ("Dates to be settled" if is_undated else "Not allocated yet")
        row = [
            _label(pack, one.activity),
            Month.parse(one.period).label,
            due,
            state_tag(one, today),
        ]
        rows.append([*row, _change(one)] if may_plan else row)
    return rows


def _change(one: Assignment) -> Any:
    # What is about a restricted case is changed from the return board, by those who are cleared for it.
    is_restricted = one.case is not None and one.case.is_restricted
    if is_restricted or not (one.is_open or one.state == Assignment.State.PLANNED):
        return "–"
    return {"text": "Move or withdraw", "url": reverse("allocation:reallocate", args=[one.pk])}


def _label(pack: Pack, activity: str) -> str:
    known = pack.activities.get(activity)
    return known.label if known else activity.replace("_", " ").capitalize()


def _tally(one: Assignment) -> Tally:
    is_done, is_waiting = one.state in Assignment.DONE_STATES, one.state == Assignment.State.PLANNED
    counts = (1, int(is_done), int(is_waiting))
    return Tally(one.post_id, one.post.role, one.activity, one.period, *counts, one.allocated_on, one.due_on)


def _quarter_of(span: ProgrammeYear) -> Callable[[Tally], Quarter]:
    return lambda one: Quarter.of(Month.parse(one.period).start, span.starts_in)


def _matrix(
    tallies: Iterable[Tally],
    row_of: Callable[[Tally], K],
    column_of: Callable[[Tally], Hashable],
    columns: Iterable[Hashable],
) -> dict[K, list[str]]:
    """Each row's cells, one a column and the row's total last, as "done / planned" in words."""
    planned: dict[K, Counter[Hashable]] = defaultdict(Counter)
    done: dict[K, Counter[Hashable]] = defaultdict(Counter)
    for one in tallies:
        row, column = row_of(one), column_of(one)
        planned[row][column] += one.planned
        done[row][column] += one.done
    return {
        row: [
            *(_cell(done[row][column], planned[row][column]) for column in columns),
            _cell(done[row].total(), planned[row].total()),
        ]
        for row in planned
    }


def _cell(done: int, planned: int) -> str:
    if not planned:
        return "–"
    return f"{done} / {planned}" if done else str(planned)


def _undated(
    programme: Programme, tallies: list[Tally], pack: Pack, span: ProgrammeYear, *, may_date: bool
) -> list[Row]:
    """Work that the framework leaves undated, by quarter: how many, the dates settled so far (LAN-17)."""
    found: dict[tuple[str, Quarter], list[Tally]] = defaultdict(list)
    for one in tallies:
        known = pack.activities.get(one.activity)
        if known is not None and known.is_dated_later:
            found[one.activity, _quarter_of(span)(one)].append(one)
    return [
        [
            pack.activity(activity).label,
            quarter.label,
            sum(row.planned for row in rows),
            _dates(rows),
            _settle(programme, activity, quarter) if may_date else "",
        ]
        for (activity, quarter), rows in sorted(found.items())
    ]


def _dates(rows: list[Tally]) -> str:
    waiting = sum(row.waiting for row in rows)
    firsts = [row.first for row in rows if row.first]
    lasts = [row.last for row in rows if row.last]
    if not firsts or not lasts:
        return "To be settled"
    dates = f"{short_date(min(firsts))} to {short_date(max(lasts))}"
    return f"{dates}; {waiting} still to be settled" if waiting else dates


def _settle(programme: Programme, activity: str, quarter: Quarter) -> dict[str, str]:
    url = reverse("allocation:programme_dates", args=[programme.pk, activity, quarter.number])
    return {"text": "Set dates", "url": url}
