"""Giving each owner one of the drawn cases, so that as many as possible get one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Owner = TypeVar("Owner")
Thing = TypeVar("Thing")


def match(
    owners: Sequence[Owner], things: Sequence[Thing], suits: Callable[[Owner, Thing], bool]
) -> list[Thing | None]:
    """For each owner, in order, the first free thing that suits, or None.

    Where only a thing that somebody else has would suit, they change to another one if there is any.
    """
    suitable = [[j for j, thing in enumerate(things) if suits(owner, thing)] for owner in owners]
    owner_of: dict[int, int] = {}
    for i in range(len(owners)):
        _find_for(i, suitable, owner_of, set())
    given = {i: j for j, i in owner_of.items()}
    return [things[given[i]] if i in given else None for i in range(len(owners))]


def _find_for(i: int, suitable: list[list[int]], owner_of: dict[int, int], tried: set[int]) -> bool:
    for j in suitable[i]:
        if j not in owner_of and j not in tried:
            owner_of[j] = i
            return True
    for j in suitable[i]:
        if j not in tried:
            tried.add(j)
            if _find_for(owner_of[j], suitable, owner_of, tried):
                owner_of[j] = i
                return True
    return False
