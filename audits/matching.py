"""Giving each owner one of the drawn cases, so that as many as possible get one."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

Owner = TypeVar("Owner")
Thing = TypeVar("Thing")


def match(
    owners: Sequence[Owner],
    things: Sequence[Thing],
    suits: Callable[[Owner, Thing], bool],
    *,
    unless_none_is_left: Callable[[Owner, Thing], bool] | None = None,
) -> list[Thing | None]:
    """For each owner their thing, or None: things in order go to the first owner without one whom they suit.

    Where a thing suits only owners who have one already, they change to others if that puts it to use. So the
    earliest things are given, and no later one is looked at once every owner has one. Things that would suit
    an owner, but are not to be theirs ``unless_none_is_left``, come only after all others.
    """
    thing_of: dict[int, int] = {}
    avoid = unless_none_is_left
    if avoid is not None:
        _give_out(
            owners, things, lambda owner, thing: suits(owner, thing) and not avoid(owner, thing), thing_of
        )
    _give_out(owners, things, suits, thing_of)
    return [things[thing_of[i]] if i in thing_of else None for i in range(len(owners))]


def _give_out(
    owners: Sequence[Owner],
    things: Sequence[Thing],
    suits: Callable[[Owner, Thing], bool],
    thing_of: dict[int, int],
) -> None:
    """Go on from what is given out already."""
    taken = set(thing_of.values())

    @cache
    def suited_by(j: int) -> list[int]:
        return [i for i, owner in enumerate(owners) if suits(owner, things[j])]

    def give(j: int, tried: set[int]) -> bool:
        for i in suited_by(j):
            if i not in thing_of:
                thing_of[i] = j
                return True
        for i in suited_by(j):
            if i not in tried:
                tried.add(i)
                if give(thing_of[i], tried):
                    thing_of[i] = j
                    return True
        return False

    for j in range(len(things)):
        if len(thing_of) == len(owners):
            break
        if j not in taken:
            give(j, set())
