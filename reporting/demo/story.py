"""What the whole demonstration shares: the day it is, the people, and the things that will still happen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from qaframework.allocation.models import Assignment
from qaframework.allocation.rotation import Rotation
from qaframework.caseload.models import Case
from qaframework.clocks.models import Clock, Moment
from qaframework.clocks.workflow import ClockDraft, start_clocks
from qaframework.packs.models import FrameworkVersion
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, User
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.working_days import WorkingCalendar, at_local_time, local_date

# Reminders of work that was handed in longer ago than this are not told any more.
REMINDERS_KEPT = timedelta(days=20)
MORNING = time(7, 0)


@dataclass
class Story:
    """What happened under one framework from the month ``first`` until ``now``."""

    seed: str
    now: datetime
    version: FrameworkVersion
    first: Month
    organisation: Organisation
    calendar: WorkingCalendar = field(default_factory=working_calendar)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed}:{self.version.framework.key}")
        self.pack = self.version.pack
        self.today = local_date(self.now)
        found = Case.objects.select_related("unit", "worker").order_by("child_ref")
        # Assignments whose audits get the worst grade, so that a loop waits for its meeting and one for its
        # authorisation by those one can sign in as.
        self.to_meet: set[int] = set()
        self.to_authorise: set[int] = set()
        self.rotation = Rotation(self.today, organisation=self.organisation)
        self.cases = {case.child_ref: case for case in found}

    @property
    def months(self) -> Iterator[Month]:
        month = self.first
        while month.start <= self.today:
            yield month
            month = month.next()

    def end_of(self, month: Month) -> datetime:
        """The end of the month, or now in the month that is running."""
        return min(at_local_time(month.end, time(23, 0)), self.now)

    def moment(self, day: date) -> datetime:
        """Some moment in working hours of that day, or of the working day before it."""
        while not self.calendar.is_working_day(day):
            day -= timedelta(days=1)
        return at_local_time(day, time(self.chance.randint(9, 16), self.chance.choice((5, 20, 35, 50))))

    def morning(self, day: date) -> datetime:
        return min(at_local_time(day, MORNING), self.now)

    def holder(self, post: Post) -> User | None:
        return self.organisation.holder_of(post.pk)

    def holder_of_role(self, unit_id: int, role: str) -> User | None:
        for post in self.organisation.nearest_posts(unit_id, role):
            if user := self.holder(post):
                return user
        return None


def first_month(today: date, year_starts_in: int, months_ago: int) -> Month:
    """The first month of the quarter in which it was so many months ago."""
    return Quarter.of(Month.of(today).plus(-months_ago).start, year_starts_in).months[0]


def start_clocks_of(rows: Sequence[Assignment], drafts: Sequence[ClockDraft], at: datetime) -> None:
    """Start a clock for each assignment; the caller writes which is whose."""
    for row, clock in zip(rows, start_clocks(drafts, by=None, now=at), strict=True):
        row.clock = clock


def stop_clocks(stops: Iterable[tuple[Clock, datetime]], reason: str) -> list[Clock]:
    """Mark clocks as stopped at their moments; the caller writes them."""
    stopped = []
    for clock, at in stops:
        clock.stopped_at, clock.stop_reason = at, reason
        stopped.append(clock)
    return stopped


def close_moments(story: Story, ends: dict[int, datetime]) -> None:
    """Of clocks (by id) that stop at a known moment until now, close what would be told after it.

    The reminders of work long done are closed too: nobody looks for them. What is still open now may be
    late one day, whatever was foreseen for it, so its ladder stays whole.
    """
    ends = {clock_id: at for clock_id, at in ends.items() if at <= story.now}
    rows = Moment.objects.filter(clock__in=ends, is_open=True).values_list(
        "pk", "clock_id", "falls_at", "is_reminder"
    )
    kept_from = story.now - REMINDERS_KEPT
    untold = [
        pk
        for pk, clock_id, falls_at, is_reminder in rows
        if falls_at > ends[clock_id] or (is_reminder and falls_at < kept_from)
    ]
    Moment.objects.filter(pk__in=untold).update(is_open=False)
