"""A programme that follows new posts or new rules: what moves from one post to another, and why anything
changes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic

from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.programme import Changes, Gap, Key, Premises, Work, changes, loads, sharing
from qaframework.rules.quotas import Kind, Per, Quota, SharedQuota, amounts_in, applicable, stretch_number


@dataclass
class Replanned(Generic[Key]):
    """The changes to a programme, by places in the list of existing work; ``moved`` says to whom they go."""

    missing: list[Gap[Key]]
    spare: list[int]
    begun: list[int]
    moved: dict[int, Key] = field(default_factory=dict)


class Cause(StrEnum):
    """Why something in a programme changes."""

    NEW_PROGRAMME = "new programme"
    NEW_POST = "new post"
    POST_CLOSED = "post closed"
    POST_CHANGED = "post changed"
    QUOTA_NEW = "quota new"
    QUOTA_ENDED = "quota ended"
    QUOTA_CHANGED = "quota changed"
    NOT_THIS_YEAR = "not this year"
    SHARED_ANEW = "shared anew"
    OUT_OF_STEP = "out of step"


@dataclass(frozen=True)
class Asked(Generic[Key]):
    """What the rules ask for in one stretch of the year, and of which posts between them. ``is_due`` is False
    where it is owed in some years only and not in this one."""

    amount: int
    per: Per
    among: frozenset[Key]
    is_due: bool = True


@dataclass(frozen=True)
class Why:
    """The cause, with what was asked for in a stretch of the year before and what is asked for now."""

    cause: Cause
    before: tuple[int, Per] | None = None
    after: tuple[int, Per] | None = None


def replan(
    year: ProgrammeYear,
    now: Premises[Key],
    before: Premises[Key] | None,
    existing: Sequence[Work[Key]],
    start: Month,
) -> Replanned[Key]:
    """The changes that ``programme.changes`` finds, but with work moved where it can be.

    ``before`` is what the existing work was planned from, None at the first time. What one post loses and
    another one of its role, or one that shares it, gains in the same month is moved. What several share is
    shared anew when others share it than before, so that what lies ahead is even again (SAN-35, RBWM-22).
    """
    found: Changes[Key] = changes(year, now, existing, start)
    planned = Replanned(found.missing, found.spare, found.begun)
    if before is not None:
        _move_instead(now, before, existing, planned)
        _share_anew(now, before, existing, start, planned)
    return planned


def why(
    owner: Key,
    activity: str,
    month: Month,
    *,
    year: ProgrammeYear,
    now: Premises[Key],
    before: Premises[Key] | None,
) -> Why:
    """Why an owner has more or less of an activity in a month than when it was planned before."""
    if before is None:
        return Why(Cause.NEW_PROGRAMME)
    was, is_now = before.owner(owner), now.owner(owner)
    if is_now is None or was is None:
        return Why(Cause.POST_CLOSED if is_now is None else Cause.NEW_POST)
    if (was.role, was.units) != (is_now.role, is_now.units):
        return Why(Cause.POST_CHANGED)
    old, new = (asked(one, owner, activity, month, year) for one in (before, now))
    if old is None or new is None:
        return _begun_or_ended(old, new)
    if old.is_due and not new.is_due:
        return Why(Cause.NOT_THIS_YEAR)
    if (old.amount, old.per) != (new.amount, new.per):
        return Why(Cause.QUOTA_CHANGED, (old.amount, old.per), (new.amount, new.per))
    return Why(Cause.SHARED_ANEW if old.among != new.among else Cause.OUT_OF_STEP)


def why_moved(
    giver: Key,
    taker: Key,
    activity: str,
    month: Month,
    *,
    year: ProgrammeYear,
    now: Premises[Key],
    before: Premises[Key],
) -> Why:
    """Why work goes from one owner to another: what happened to either of them, if anything did."""
    reasons = [why(one, activity, month, year=year, now=now, before=before) for one in (giver, taker)]
    told = (Cause.POST_CLOSED, Cause.NEW_POST, Cause.POST_CHANGED)
    return next((one for one in reasons if one.cause in told), reasons[0])


def asked(
    premises: Premises[Key], key: Key, activity: str, month: Month, year: ProgrammeYear
) -> Asked[Key] | None:
    """What is asked of an owner, alone or with others, in the stretch of the year that the month is in."""
    owner, book = premises.owner(key), premises.rules.get(month)
    if owner is None or book is None:
        return None
    for quota in applicable(book.quotas, owner.role, owner.units):
        if quota.activity == activity and quota.kind is not Kind.UPPER:
            return _asked(quota, frozenset({key}), month, year)
    for shared in book.shared:
        among = frozenset(sharing(shared, premises.owners))
        if shared.activity == activity and key in among:
            return _asked(shared, among, month, year)
    return None


def _asked(
    quota: Quota | SharedQuota, among: frozenset[Key], month: Month, year: ProgrammeYear
) -> Asked[Key]:
    number = stretch_number(quota.per, month, year.starts_in)
    return Asked(amounts_in(quota, year)[number], quota.per, among, quota.years.is_due(year))


def _begun_or_ended(old: Asked[Key] | None, new: Asked[Key] | None) -> Why:
    if new is not None:
        return Why(Cause.QUOTA_NEW, None, (new.amount, new.per))
    if old is not None:
        return Why(Cause.QUOTA_ENDED, (old.amount, old.per), None)
    return Why(Cause.OUT_OF_STEP)


def _move_instead(
    now: Premises[Key], before: Premises[Key], existing: Sequence[Work[Key]], planned: Replanned[Key]
) -> None:
    """What is spare at one post and missing at another goes from the one to the other."""
    spare: dict[tuple[str, Month], list[int]] = defaultdict(list)
    for place in planned.spare:
        spare[existing[place].activity, existing[place].month].append(place)
    still_missing: list[Gap[Key]] = []
    for gap in planned.missing:
        there = spare[gap.activity, gap.month]
        fitting = [place for place in there if _may_take(now, before, gap, existing[place].owner)]
        if fitting:
            there.remove(fitting[0])
            planned.moved[fitting[0]] = gap.owner
        else:
            still_missing.append(gap)
    planned.missing = still_missing
    planned.spare = [place for place in planned.spare if place not in planned.moved]


def _may_take(now: Premises[Key], before: Premises[Key], gap: Gap[Key], giver: Key) -> bool:
    taker, gave = now.owner(gap.owner), before.owner(giver) or now.owner(giver)
    if taker is None or gave is None or giver == gap.owner:
        return False
    book = now.rules.get(gap.month)
    shared = book.shared if book else ()
    return taker.role == gave.role or any(
        one.activity == gap.activity and {taker.role, gave.role} <= set(one.roles) for one in shared
    )


def _share_anew(
    now: Premises[Key],
    before: Premises[Key],
    existing: Sequence[Work[Key]],
    start: Month,
    planned: Replanned[Key],
) -> None:
    for book in dict.fromkeys(now.rules.values()):
        months = {month for month, its in now.rules.items() if its == book}
        for shared in book.shared:
            between = sharing(shared, now.owners)
            if between and set(between) != set(sharing(shared, before.owners)):
                _even_out(shared.activity, between, months, existing, start, planned)


def _even_out(
    activity: str,
    between: Sequence[Key],
    months: Iterable[Month],
    existing: Sequence[Work[Key]],
    start: Month,
    planned: Replanned[Key],
) -> None:
    """Move work that lies ahead from whoever has most to whoever has least, the latest first."""
    ahead = {month for month in months if month >= start}
    spare = set(planned.spare)
    load = _loads_as_planned(activity, between, existing, start, planned)
    movable: dict[Key, list[int]] = defaultdict(list)
    for place in sorted(range(len(existing)), key=lambda place: existing[place].month):
        work = existing[place]
        if work.activity == activity and work.may_go and work.month in ahead and place not in spare:
            movable[planned.moved.get(place, work.owner)].append(place)
    while True:
        giver = max((one for one in between if movable[one]), key=lambda one: load[one], default=None)
        taker = min(between, key=lambda one: load[one])
        if giver is None or load[giver] - load[taker] <= 1:
            break
        place = movable[giver].pop()
        movable[taker].insert(0, place)
        planned.moved[place] = taker
        load[giver] -= 1
        load[taker] += 1
    planned.moved = {place: key for place, key in planned.moved.items() if key != existing[place].owner}


def _loads_as_planned(
    activity: str,
    between: Sequence[Key],
    existing: Sequence[Work[Key]],
    start: Month,
    planned: Replanned[Key],
) -> Counter[Key]:
    spare = set(planned.spare)
    stays = [
        Work(planned.moved.get(place, work.owner), activity, work.month)
        for place, work in enumerate(existing)
        if work.activity == activity and place not in spare
    ]
    comes = [Work(gap.owner, activity, gap.month) for gap in planned.missing if gap.activity == activity]
    return loads(between, [*stays, *comes], start)
