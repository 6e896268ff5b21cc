"""What a year is expected to come to: what is expected, planned and handed in by the end of a month."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from qaframework.allocation.annual_share import standings
from qaframework.allocation.models import Programme
from qaframework.allocation.tallies import Tally
from qaframework.allocation.workflow.proposing import owner_of
from qaframework.packs.definition import Pack
from qaframework.packs.wording import amounts_in_words, in_a_list, years_in_words
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.programme import sharing
from qaframework.rules.quotas import Per, amounts_in, stretches

Row = list[Any]


@dataclass(frozen=True)
class Point:
    """Where a total stands at the end of a month, counted from the beginning of the year.

    ``expected`` is None within a quarter, of what is expected by the quarter.
    """

    month: Month
    expected: int | None
    planned: int
    done: int

    @property
    def cells(self) -> Row:
        expected = "–" if self.expected is None else self.expected
        return [self.month.label, expected, self.planned, self.done]


@dataclass(frozen=True)
class RunningTotal:
    """One thing that a year is expected to come to; ``basis`` says why, such as “40 a month”."""

    label: str
    basis: str
    points: list[Point]
    note: str = ""

    @property
    def rows(self) -> list[Row]:
        """A row for each month: expected, planned and handed in by its end."""
        return [point.cells for point in self.points]

    def row(self, today: date) -> Row:
        """The total in one row: by the end of the present month, or last whole quarter, and of the year."""
        known = [point for point in self.points if point.expected is not None]
        past = [point for point in known if point.month <= Month.of(today)]
        so_far = past[-1].cells[1:] if past else [0, 0, 0]
        return [f"{self.label}\n{self.basis}", *so_far, self.points[-1].expected, self.points[-1].planned]


def running_totals(
    programme: Programme, pack: Pack, tallies: Sequence[Tally], activity: str, today: date
) -> list[RunningTotal]:
    """What the authority as a whole expects, what several owe between them, and shares of all cases.

    Of all kinds of work, or of the one named. Sources: LAN-11, LAN-13, RBWM-09, RBWM-27, BED-02.
    """
    work = _Work.load(programme, tallies)
    found = [*_volumes(pack, work), *_shared(pack, work), *_shares(programme, pack, today)]
    return [total for key, total in found if activity in ("", key)]


@dataclass(frozen=True)
class _Work:
    """The work of a programme, and the posts that owe it."""

    year: ProgrammeYear
    posts: dict[int, Post]
    tallies: Sequence[Tally]

    @classmethod
    def load(cls, programme: Programme, tallies: Sequence[Tally]) -> "_Work":
        posts = Post.objects.select_related("unit").in_bulk({one.post_id for one in tallies})
        return cls(ProgrammeYear(programme.year, programme.starts_on.month), posts, tallies)

    @property
    def begins(self) -> Month:
        """The first month that was planned: a programme can be made in the middle of its year."""
        first = min((one.period for one in self.tallies), default=self.year.months[0].key)
        return Month.parse(first)

    def points(
        self, activity: str, amounts: Sequence[int], per: Per, posts: Collection[int] | None = None
    ) -> list[Point]:
        """The year of an activity, of all posts or some, against amounts for its stretches."""
        due = self._due(amounts, per)
        planned: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for one in self.tallies:
            if one.activity == activity and (posts is None or one.post_id in posts):
                planned[one.period] += one.planned
                done[one.period] += one.done
        months = self.year.months
        sums = zip(
            months,
            accumulate(due.get(month, 0) for month in months),
            accumulate(planned[month.key] for month in months),
            accumulate(done[month.key] for month in months),
            strict=True,
        )
        return [Point(month, total if month in due else None, *counts) for month, total, *counts in sums]

    def _due(self, amounts: Sequence[int], per: Per) -> dict[Month, int]:
        """What is expected by the last month of each stretch, on top of the ones before."""
        return {
            stretch.months[-1]: amount if stretch.months[-1] >= self.begins else 0
            for stretch, amount in zip(stretches(self.year, per), amounts, strict=True)
        }


def _volumes(pack: Pack, work: _Work) -> Iterable[tuple[str, RunningTotal]]:
    for volume in pack.expected_volumes:
        basis = amounts_in_words(pack, volume.per, volume.amounts)
        points = work.points(volume.activity, volume.amounts, volume.per)
        yield volume.activity, RunningTotal(pack.activity(volume.activity).label, basis, points)


def _shared(pack: Pack, work: _Work) -> Iterable[tuple[str, RunningTotal]]:
    owners = [owner_of(post) for post in work.posts.values()]
    codes = {code for shared in pack.shared_quotas for code in shared.units}
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    for shared in pack.shared_quotas:
        units = in_a_list([names.get(code, f"unit {code}") for code in shared.units])
        every = [years_in_words(shared.years, work.year)] if shared.years.every > 1 else []
        basis = ", ".join(
            [amounts_in_words(pack, shared.per, shared.amounts), *every, "between several posts"]
        )
        amounts = amounts_in(shared, work.year)
        points = work.points(shared.activity, amounts, shared.per, set(sharing(shared, owners)))
        label = pack.activity(shared.activity).label
        yield shared.activity, RunningTotal(f"{label} in {units}" if units else label, basis, points)


def _shares(programme: Programme, pack: Pack, today: date) -> list[tuple[str, RunningTotal]]:
    """For each activity that has to reach a part of all cases, where it stands by month (BED-02)."""
    found = []
    for one in pack.activities.values():
        if one.draw is None or one.draw.annual_share is None:
            continue
        cases, months = standings(programme, one, today)
        last = months[-1]
        note = (
            f"Of {cases:,} open cases today, {last.due:,} are due by the end of the year and "
            f"{last.planned:,} are planned. What a month leaves missing is added to the next."
        )
        points = [Point(at.month, at.due, at.planned, at.done) for at in months]
        basis = f"{one.draw.annual_share.percent:g}% of all cases in a year"
        found.append((one.key, RunningTotal(one.label, basis, points, note)))
    return found
