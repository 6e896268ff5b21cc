"""How often work of each team and person was escalated in a year, how far it went, and how long it took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Max, Min

from escalation.access import visible_steps
from qaframework.people.directory import holders_over_time
from qaframework.people.models import User
from qaframework.people.tables import columns
from qaframework.rules.working_days import local_date, start_of_day

TEAM, PERSON = "team", "person"
LOOKS_BACK = timedelta(days=365)
VACANT = "Nobody held the post"
NUMBERS = ("Escalated", "Beyond the first step", "Acknowledged", "Late now", "Usual days until it was over")


@dataclass(frozen=True)
class LateWork:
    """One missed deadline that was escalated. Days are calendar days in Europe/London.

    ``days`` are those from its first step until it was over; None while it is not, and when the deadline was
    moved afterwards.
    """

    post_id: int
    team: str
    first_on: date
    steps: int
    is_acknowledged: bool
    is_late_now: bool
    days: int | None


@dataclass(frozen=True)
class History:
    """A table; ``by`` is TEAM or PERSON."""

    by: str
    rows: list[list[Any]]

    @property
    def columns(self) -> list[dict[str, Any]]:
        return columns("Person" if self.by == PERSON else "Team", *NUMBERS, numeric=NUMBERS)


def history_for(user: User, by: str, today: date) -> History:
    """Of what the person may see on the board, the year up to a local day; those with most come first."""
    late = _late_work(user, today)
    names = _people(late) if by == PERSON else [one.team for one in late]
    grouped: dict[str, list[LateWork]] = defaultdict(list)
    for name, one in zip(names, late, strict=True):
        grouped[name].append(one)
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0].casefold()))
    return History(by, [_row(name, work) for name, work in ordered])


def _late_work(user: User, today: date) -> list[LateWork]:
    steps = visible_steps(user, today).escalations()
    rows = (
        steps.filter(taken_at__gte=start_of_day(today - LOOKS_BACK))
        .order_by("clock", "round")
        .values_list(
            "clock", "round", "clock__owner_post", "clock__unit__name", "clock__round", "clock__stopped_at"
        )
        .annotate(Min("falls_at"), Count("pk"), Max("acknowledged_at"))
    )
    return [_one(*row[1:]) for row in rows]


def _one(
    number: int,
    post_id: int,
    team: str,
    last_round: int,
    stopped_at: datetime | None,
    first: datetime,
    steps: int,
    acknowledged_at: datetime | None,
) -> LateWork:
    is_last = number == last_round
    days = (local_date(stopped_at) - local_date(first)).days if is_last and stopped_at else None
    return LateWork(
        post_id=post_id,
        team=team,
        first_on=local_date(first),
        steps=steps,
        is_acknowledged=acknowledged_at is not None,
        is_late_now=is_last and stopped_at is None,
        days=days,
    )


def _people(late: Sequence[LateWork]) -> list[str]:
    """Who owed each piece of work on the day of its first step."""
    holders = holders_over_time({one.post_id for one in late})
    return [holders(one.post_id, one.first_on) or VACANT for one in late]


def _row(name: str, work: Sequence[LateWork]) -> list[Any]:
    days = [one.days for one in work if one.days is not None]
    return [
        name,
        len(work),
        sum(one.steps > 1 for one in work),
        sum(one.is_acknowledged for one in work),
        sum(one.is_late_now for one in work),
        round(median(days)) if days else "–",
    ]
