"""The return board: of the work that was due in a month, what came in, when, and what is still out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import ExtractMonth, TruncDate
from django.http import QueryDict
from django.urls import reverse

from qaframework.allocation.access import overseen_assignments, runs_everywhere
from qaframework.allocation.forms import BoardFilter
from qaframework.allocation.models import Assignment, AssignmentQuerySet, ExtensionRequest, Programme
from qaframework.allocation.reading import activity_choices, holder_name, packs_on
from qaframework.allocation.wording import how_far, notice_url, state_tag, why_url
from qaframework.allocation.workflow import may_pause
from qaframework.caseload.models import Case, CaseClearance
from qaframework.packs.definition import Pack
from qaframework.packs.definition.activities import PauseRule
from qaframework.people.access import has_capability
from qaframework.people.kept import kept, stamps_of
from qaframework.people.models import Post, PostHolding, Unit, User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import short_date
from qaframework.rules.periods import APRIL, Month, Quarter
from qaframework.rules.quotas import Per
from qaframework.rules.statistics import share
from qaframework.rules.working_days import LONDON

Row = list[Any]
Key = tuple[int, str, str]  # framework, activity, month

COUNTED = ~Q(state__in=["planned", "withdrawn", "excluded"])
DONE = Q(state__in=Assignment.DONE_STATES)
OPEN = Q(state__in=Assignment.OPEN_STATES)
IN_TIME = DONE & Q(handed_in_on__lte=F("due_on"))
FIGURES = ("due", "in_time", "handed_in", "overdue", "waiting", "extended", "excluded")
SHOWN = (
    *("activity", "period", "state", "due_on", "submitted_at", "programme__framework"),
    *("paused_on", "pause_reason"),
    *("post__title", "post__unit__path", "case__child_ref"),
)
# The rows that the figures count, and those that decide which of them the reader oversees.
COUNTED_FROM = (
    *(Assignment, ExtensionRequest, Programme),
    *(Case, CaseClearance, Post, PostHolding, Unit),
)
COLUMNS = ("Work", "Owed by", "Case", "Due", "State", "Change")


@dataclass(frozen=True)
class Stat:
    """One figure as the component of that name shows it."""

    label: str
    value: str
    n: int | None = None
    low: str = ""
    high: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Board:
    """``expected`` compares with the authority's expected volumes; only those who see all of it get it."""

    month: Month
    stats: list[Stat]
    expected: list[Row]
    rows: list[Row]
    page: KeysetPage[Any]
    filter: BoardFilter


def board_for(user: User, query: QueryDict, today: date) -> Board:
    """The board as one person may see it. Work belongs to the month in which it was first due, so that an
    extension stays in the month's denominator (LAN-32)."""
    packs = packs_on(today)
    chosen = BoardFilter(query, today=today, activities=activity_choices(packs.values()))
    month = chosen.chosen_month
    overseen = overseen_assignments(user, today).annotate(
        handed_in_on=TruncDate("submitted_at", tzinfo=LONDON), is_extended=_has_request("granted")
    )
    activity = chosen.chosen("activity")
    years = sorted((framework, pack.year_starts_in) for framework, pack in packs.items())
    counts = kept(
        lambda: _counts(overseen, packs, month, activity, today),
        key=("return board", user.pk, today.isoformat(), month.key, activity, years),
        stamps=stamps_of(COUNTED_FROM).values(),
    )
    narrowed = _narrowed(overseen, month, chosen, today).annotate(
        is_asked=_has_request("asked"), holder=holder_name("post", today)
    )
    shown = narrowed.select_related("post__unit", "case", "programme").only(*SHOWN)
    page = keyset_page(shown, moment="due_on", query=query)
    return Board(
        month=month,
        stats=_stats(
            _sum(numbers for (_, _, key), numbers in counts.items() if key == month.key),
            {"month": month.key, "activity": activity},
        ),
        expected=_expected(counts, packs, month) if runs_everywhere(user, today) else [],
        rows=[_row(row, user, today, packs) for row in page.rows],
        page=page,
        filter=chosen,
    )


def _overdue(today: date) -> Q:
    """Owed past its last day; a paused deadline has not come yet."""
    return OPEN & Q(due_on__lt=today, paused_on__isnull=True)


def _has_request(state: str) -> Exists:
    return Exists(ExtensionRequest.objects.filter(assignment=OuterRef("pk"), state=state, kind="extension"))


def _counts(
    overseen: AssignmentQuerySet, packs: Mapping[int, Pack], month: Month, activity: str, today: date
) -> dict[Key, Counter[str]]:
    """The figures of every month of the quarter, by framework and activity, in one query."""
    quarters = [Quarter.of(month.start, pack.year_starts_in) for pack in packs.values()]
    quarters = quarters or [Quarter.of(month.start, APRIL)]
    span = (min(quarter.start for quarter in quarters), max(quarter.end for quarter in quarters))
    rows = overseen.filter(original_due_on__range=span)
    if activity:
        rows = rows.filter(activity=activity)
    grouped = rows.values(
        "activity", framework=F("programme__framework"), month=ExtractMonth("original_due_on")
    )
    figures = grouped.order_by().annotate(
        due=Count("pk", filter=COUNTED),
        in_time=Count("pk", filter=IN_TIME),
        handed_in=Count("pk", filter=DONE),
        overdue=Count("pk", filter=_overdue(today)),
        waiting=Count("pk", filter=OPEN & ~_overdue(today)),
        extended=Count("pk", filter=COUNTED & Q(is_extended=True)),
        excluded=Count("pk", filter=Q(state="excluded")),
    )
    months = {one.month: one.key for quarter in quarters for one in quarter.months}
    found: dict[Key, Counter[str]] = {}
    for framework, key, number, *numbers in figures.values_list("framework", "activity", "month", *FIGURES):
        found[framework, key, months[number]] = Counter(dict(zip(FIGURES, numbers, strict=True)))
    return found


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for numbers in counters:
        total.update(numbers)
    return total


def _stats(month: Counter[str], shown: dict[str, str]) -> list[Stat]:
    """The month's figures; each but the first leads to the work behind it."""

    def rows(show: str) -> str:
        return f"{reverse('allocation:return_board')}?{urlencode({**shown, 'show': show})}"

    late = month["handed_in"] - month["in_time"]
    return [
        Stat(
            "Due",
            str(month["due"]),
            note=f"{month['extended']} of these with more time. "
            f"{month['excluded']} more excluded, not counted.",
        ),
        _in_time(month, rows("in_time")),
        Stat("Handed in late", str(late), url=rows("handed_in_late")),
        Stat("Late and still out", str(month["overdue"]), url=rows("overdue")),
        Stat("Not yet due", str(month["waiting"]), url=rows("waiting")),
    ]


def _in_time(month: Counter[str], url: str) -> Stat:
    """A rate once nothing is left to come due: before that, work that is not yet due would count as late."""
    if month["waiting"]:
        return Stat(
            "Handed in on time so far",
            f"{month['in_time']} of {month['due']}",
            note=f"{month['waiting']} of these not yet due. A percentage follows when all have come due.",
            url=url,
        )
    rate = share(month["in_time"], month["due"])
    low, high = rate.interval.percent if rate.interval else (0, 0)
    return Stat(
        "Handed in on time",
        f"{rate.percent}%" if rate.percent is not None else f"{rate.part} of {rate.whole}",
        n=month["due"],
        low=f"{low}%" if rate.interval else "",
        high=f"{high}%" if rate.interval else "",
        note=f"{rate.part} handed in on time. {rate.note}".strip(),
        url=url,
    )


def _expected(counts: Mapping[Key, Counter[str]], packs: Mapping[int, Pack], month: Month) -> list[Row]:
    """What the authority expects in the month or its quarter, against what is owed and was handed in."""
    rows = []
    for framework, pack in packs.items():
        quarter = Quarter.of(month.start, pack.year_starts_in)
        for volume in pack.expected_volumes:
            period = month if volume.per is Per.MONTH else quarter
            months = {one.key for one in period.months}
            actual = _sum(
                numbers
                for (owner, activity, key), numbers in counts.items()
                if owner == framework and activity == volume.activity and key in months
            )
            expected = volume.amount_in(month, pack.year_starts_in)
            label = pack.activity(volume.activity).label
            rows.append([label, period.label, expected, actual["due"], actual["handed_in"]])
    return rows


def _narrowed(
    overseen: AssignmentQuerySet, month: Month, chosen: BoardFilter, today: date
) -> AssignmentQuerySet:
    rows = overseen.filter(original_due_on__range=(month.start, month.end)).exclude(state="withdrawn")
    if activity := chosen.chosen("activity"):
        rows = rows.filter(activity=activity)
    conditions = {
        "overdue": _overdue(today),
        "waiting": OPEN & ~_overdue(today),
        "in_time": IN_TIME,
        "handed_in_late": DONE & ~IN_TIME,
        "extended": COUNTED & Q(is_extended=True),
        "excluded": Q(state="excluded"),
    }
    show = chosen.chosen("show")
    return rows.filter(conditions[show]) if show else rows


def _row(assignment: Any, user: User, today: date, packs: Mapping[int, Pack]) -> Row:
    pack = packs.get(assignment.programme.framework_id)
    known = pack.activities.get(assignment.activity) if pack else None
    label = known.label if known else assignment.activity.replace("_", " ").capitalize()
    due = short_date(assignment.due_on)
    if assignment.is_open:
        due = f"{due}, {how_far(assignment, today)}"
    elif assignment.submitted_at:
        due = f"{due}, handed in {short_date(assignment.submitted_at)}"
    return [
        {"text": f"{label}, {Month.parse(assignment.period).label}", "url": notice_url(assignment)},
        f"{assignment.post.title}\n{assignment.holder or 'Nobody holds this post'}",
        {"text": assignment.case.child_ref, "url": why_url(assignment)} if assignment.case else "No case",
        due,
        state_tag(assignment, today),
        _change(assignment, user, today, known.pause if known else None),
    ]


def _change(assignment: Assignment, user: User, today: date, pause: PauseRule | None) -> Any:
    unit = assignment.post.unit
    if getattr(assignment, "is_asked", False):
        if has_capability(user, Capability.DECIDE_EXTENSIONS, today, unit=unit):
            return {"text": "More time asked for: decide", "url": reverse("allocation:extensions")}
        return "More time asked for"
    if assignment.paused_on is not None and may_pause(user, pause, assignment.post, today):
        return {"text": "End the pause", "url": reverse("allocation:resume", args=[assignment.pk])}
    if assignment.is_open and has_capability(user, Capability.RUN_QUALITY_ASSURANCE, today, unit=unit):
        return {"text": "Move or withdraw", "url": reverse("allocation:reallocate", args=[assignment.pk])}
    if assignment.is_open and may_pause(user, pause, assignment.post, today):
        return {"text": "Pause the deadline", "url": reverse("allocation:pause", args=[assignment.pk])}
    return "More time given" if getattr(assignment, "is_extended", False) else "–"
