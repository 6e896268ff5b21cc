"""The year's programme on paper: which pieces of work the quotas ask of whom, and what is too much."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from qaframework.rules.periods import Month, ProgrammeYear, Stretch
from qaframework.rules.quotas import Kind, Quota, SharedQuota, amounts_in, applicable, spread_over, stretches

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Owner(Generic[Key]):
    """A post that can owe work. ``units`` are the keys of its unit and of those above it, nearest first."""

    key: Key
    role: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """What asks for work. The activities ``at_once`` happen at the same time for everybody."""

    quotas: tuple[Quota, ...]
    shared: tuple[SharedQuota, ...] = ()
    at_once: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Premises(Generic[Key]):
    """What a programme is worked out from: the posts, in the order in which they take turns, and the rules
    that each month follows. Months without any stay as they are."""

    owners: tuple[Owner[Key], ...]
    rules: Mapping[Month, Rulebook]

    def owner(self, key: Key) -> Owner[Key] | None:
        return next((owner for owner in self.owners if owner.key == key), None)


@dataclass(frozen=True)
class Work(Generic[Key]):
    """A piece of work that exists. ``may_go`` when it has not begun, so that it can be taken out again."""

    owner: Key
    activity: str
    month: Month
    may_go: bool = False


@dataclass(frozen=True)
class Gap(Generic[Key]):
    """A piece of work that is missing."""

    owner: Key
    activity: str
    month: Month


@dataclass
class Changes(Generic[Key]):
    """What makes a programme agree with the rules, by places in the list of existing work.

    ``spare`` is too much, and ``begun`` would be, had it not begun.
    """

    missing: list[Gap[Key]] = field(default_factory=list)
    spare: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Demand(Generic[Key]):
    """One quota in one stretch of the year, for one post or for several between them."""

    activity: str
    owners: tuple[Key, ...]
    stretch: Stretch
    amount: int
    rotation: int
    months: frozenset[Month]


def changes(
    year: ProgrammeYear,
    premises: Premises[Key],
    existing: Sequence[Work[Key]],
    start: Month,
) -> Changes[Key]:
    """What is missing and what is too much from the month ``start`` on, so that each quota is met.

    Work of earlier months counts for its stretch of the year and is never touched. Work that exists stays in
    its month as long as the number is right. Owners of a role take turns in the order given; what several owe
    between them is shared so that their loads differ by one at most, and whoever joins later is not asked to
    make up for what others have done before (LAN-05, LAN-16, SAN-09, SAN-35, RBWM-27).
    """
    found: Changes[Key] = Changes()
    places: dict[tuple[Key, str], list[int]] = defaultdict(list)
    for place, work in enumerate(existing):
        places[work.owner, work.activity].append(place)
    asked_for: set[int] = set()
    for demand in _demands(year, premises):
        own = [place for owner in demand.owners for place in places[owner, demand.activity]]
        asked_for |= {place for place in own if existing[place].month in demand.months}
        _meet(demand, existing, own, start, found)
    _drop_what_nobody_asks(existing, asked_for, premises.rules, start, found)
    found.missing.sort(key=lambda gap: (gap.month, gap.activity))
    return found


def _demands(year: ProgrammeYear, premises: Premises[Key]) -> Iterable[_Demand[Key]]:
    owners = premises.owners
    for book in dict.fromkeys(premises.rules.values()):
        months = frozenset(month for month, its in premises.rules.items() if its == book)
        turns: Counter[tuple[str, str]] = Counter()
        for owner in owners:
            for quota in applicable(book.quotas, owner.role, owner.units):
                if quota.kind is Kind.UPPER:
                    continue
                turn = 0 if quota.activity in book.at_once else turns[owner.role, quota.activity]
                turns[owner.role, quota.activity] += 1
                yield from _by_stretch(year, quota, (owner.key,), turn, months)
        for shared in book.shared:
            yield from _by_stretch(year, shared, sharing(shared, owners), 0, months)


def sharing(shared: SharedQuota, owners: Iterable[Owner[Key]]) -> tuple[Key, ...]:
    """Who owes a shared quota between them."""
    units = set(shared.units)
    there = (owner for owner in owners if not units or not units.isdisjoint(owner.units))
    return tuple(owner.key for owner in there if owner.role in shared.roles)


def loads(owners: Sequence[Key], work: Iterable[Work[Key]], start: Month) -> Counter[Key]:
    """How much of a shared activity each has in the year. Of what lies before ``start``, nobody counts as
    having had much less than the others, so that whoever joined later does not make up for it."""
    gone_by: Counter[Key] = Counter()
    ahead: Counter[Key] = Counter()
    for one in work:
        (gone_by if one.month < start else ahead)[one.owner] += 1
    most = max((gone_by[owner] for owner in owners), default=0)
    return Counter({owner: max(gone_by[owner], most - 1) + ahead[owner] for owner in owners})


def _by_stretch(
    year: ProgrammeYear,
    quota: Quota | SharedQuota,
    owners: tuple[Key, ...],
    turn: int,
    months: frozenset[Month],
) -> Iterable[_Demand[Key]]:
    for stretch, its_amount in zip(stretches(year, quota.per), amounts_in(quota, year), strict=True):
        its_months = months.intersection(stretch.months)
        if its_months and owners:
            yield _Demand(quota.activity, owners, stretch, its_amount, turn, its_months)


def _meet(
    demand: _Demand[Key], existing: Sequence[Work[Key]], own: list[int], start: Month, found: Changes[Key]
) -> None:
    """Compare what a demand wants with what there is, and note the difference."""
    in_stretch = [place for place in own if existing[place].month in demand.stretch.months]
    gone_by = sum(existing[place].month < start for place in in_stretch)
    left = [month for month in demand.stretch.months if month >= start]
    spread = spread_over(left, max(demand.amount - gone_by, 0), demand.rotation)
    wanted = Counter({month: number for month, number in spread.items() if month in demand.months})
    there = [
        place
        for place in in_stretch
        if existing[place].month >= start and existing[place].month in demand.months
    ]
    by_month = Counter(existing[place].month for place in there)
    too_many = len(there) - wanted.total()
    if too_many < 0:
        gaps = sorted((wanted - by_month).elements())[:-too_many]
        load = loads(demand.owners, (existing[place] for place in own), start)
        found.missing += _shared_out(demand, gaps, load, found)
    elif too_many > 0:
        may_go = [place for place in there if existing[place].may_go]
        found.spare += _least_wanted(may_go, existing, by_month - wanted)[:too_many]
        has_begun = [place for place in there if not existing[place].may_go]
        found.begun += has_begun[len(has_begun) - max(too_many - len(may_go), 0) :]


def _shared_out(
    demand: _Demand[Key], months: Iterable[Month], load: Counter[Key], found: Changes[Key]
) -> list[Gap[Key]]:
    """Each piece of work to whoever has least of it in the year; among equals in turn."""
    if len(demand.owners) == 1:
        return [Gap(demand.owners[0], demand.activity, month) for month in months]
    load += Counter(gap.owner for gap in found.missing if gap.activity == demand.activity)
    gaps = []
    for month in months:
        owner = min(demand.owners, key=lambda key: load[key])
        load[owner] += 1
        gaps.append(Gap(owner, demand.activity, month))
    return gaps


def _least_wanted(
    places: Sequence[int], existing: Sequence[Work[Key]], too_many: Counter[Month]
) -> list[int]:
    """The latest first; those of months that have more than they want before the others, and of several
    owners those of whoever has most."""
    load = Counter(existing[place].owner for place in places)

    def latest_of_the_busiest(place: int) -> tuple[Month, int]:
        return existing[place].month, load[existing[place].owner]

    left = Counter(too_many)
    ahead, behind = [], []
    for place in sorted(places, key=latest_of_the_busiest, reverse=True):
        if left[existing[place].month]:
            left[existing[place].month] -= 1
            ahead.append(place)
        else:
            behind.append(place)
    return ahead + behind


def _drop_what_nobody_asks(
    existing: Sequence[Work[Key]],
    asked_for: set[int],
    rules: Mapping[Month, Rulebook],
    start: Month,
    found: Changes[Key],
) -> None:
    """Work that no quota asks for any more, such as that of a post that is closed."""
    for place, work in enumerate(existing):
        if place not in asked_for and work.month >= start and work.month in rules:
            (found.spare if work.may_go else found.begun).append(place)
