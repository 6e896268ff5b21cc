"""The day halfway between two reviews of a case, and the even sharing of what falls due (SAN-15)."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from qaframework.rules.deadlines import Offset, due_date
from qaframework.rules.working_days import WorkingCalendar

Item = TypeVar("Item", bound=Hashable)
Owner = TypeVar("Owner", bound=Hashable)


@dataclass(frozen=True)
class BetweenReviews:
    """The local days from the last review of a case to the one that is expected next."""

    last: date
    next: date

    @classmethod
    def of(cls, last: date, every: Offset, calendar: WorkingCalendar) -> "BetweenReviews":
        """``every`` is the time from one review to the next. Raises ValueError for hours."""
        return cls(last, due_date(last, every, calendar))

    @property
    def midpoint(self) -> date:
        """Halfway in calendar days; of an odd number the earlier of the two in the middle."""
        return self.last + (self.next - self.last) // 2

    def is_second_half(self, on: date) -> bool:
        """From the midpoint to the day before the next review is expected."""
        return self.midpoint <= on < self.next


@dataclass(frozen=True)
class Shared(Generic[Item, Owner]):
    """``owner_of`` has each item that somebody takes, in the order in which they were given out."""

    owner_of: dict[Item, Owner]
    left: tuple[Item, ...]


def share_evenly(may_take: Mapping[Item, Sequence[Owner]], loads: Mapping[Owner, int]) -> Shared[Item, Owner]:
    """Give each item to whoever of those who may take it has least to do.

    ``may_take`` has for each item its owners, who come in that order where they have the same to do;
    ``loads`` is what each has already. Items that few may take are given out first. Where everybody may take
    everything and has the same to begin with, nobody gets more than one above another.
    """
    load = dict(loads)
    owner_of, left = {}, []
    for item in sorted(may_take, key=lambda item: len(may_take[item])):
        if not may_take[item]:
            left.append(item)
            continue
        owner = min(may_take[item], key=lambda owner: load.get(owner, 0))
        load[owner] = load.get(owner, 0) + 1
        owner_of[item] = owner
    return Shared(owner_of, tuple(left))
