"""Whose turn it is: of several people, who has waited longest."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from qaframework.rules.sampling import ticket

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Turn(Generic[Key]):
    """Who comes next, of how many, and how many had waited as long, so that the lot decided between them.

    ``last`` is the local date of their last one, None when they never had one. ``is_second`` when somebody
    has waited longer and was passed over because the owner's last one was with them. ``is_due`` when a time
    of their own is up, which goes before all waiting.
    """

    key: Key
    last: date | None
    among: int
    waited_as_long: int
    is_second: bool
    is_due: bool


def in_turn(last: Mapping[Key, date | None], seed: str, due: Mapping[Key, date]) -> list[Key]:
    """All of them, in the order in which they come.

    First those whose own time is up, by the local dates ``due`` (BED-30). Then whoever has waited longest:
    those who never had one, then by the date of the last. Who has waited as long as others comes in the
    order of tickets, the SHA-256 of the seed and the key.
    """
    return sorted(
        last, key=lambda key: (due.get(key, date.max), last[key] or date.min, ticket(seed, str(key)))
    )


def next_turn(
    last: Mapping[Key, date | None], before: Key | None, seed: str, due: Mapping[Key, date]
) -> Turn[Key] | None:
    """Who comes next; None of nobody. ``before`` is whom the owner had last: not twice running when there is
    another (BED-22, BED-23), unless their own time is up."""
    ordered = in_turn(last, seed, due)
    if not ordered:
        return None
    others = [key for key in ordered if key != before or key in due] or ordered
    chosen = others[0]
    alike = sum((last[key], due.get(key)) == (last[chosen], due.get(chosen)) for key in others)
    return Turn(chosen, last[chosen], len(ordered), alike, chosen != ordered[0], chosen in due)
