"""Random draws that anyone can check.

Every case in the frame has a ticket, the SHA-256 of the seed and its reference. The order of the draw is the
order of the tickets, so it does not matter in which order the rows came, and a draw is recomputed from the
recorded frame and seed with nothing but a hash function.
"""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple


class FrameEntry(NamedTuple):
    """One case that could be drawn. An empty worker or family is unknown and stands for nobody else's.

    ``is_marked`` is for cases of which the sample needs a least number, such as children with SEND.
    """

    reference: str
    stratum: str = ""
    worker: str = ""
    family: str = ""
    weight: float = 1.0
    is_marked: bool = False


@dataclass(frozen=True)
class Method:
    """How a draw is made from its frame and seed; kept with its record, so that it can be made again.

    ``reserve_share`` is the part of the sample, 0 to 1, drawn on top as reserves. ``minimum_marked`` is the
    least number of marked cases (SAN-09).
    """

    reserve_share: float = 0.2
    minimum_per_stratum: int = 0
    minimum_marked: int = 0
    one_per_family: bool = True
    one_per_worker: bool = False


@dataclass(frozen=True)
class Pick:
    """One drawn case; ``position`` counts from 1 among the chosen, and again from 1 among all others."""

    reference: str
    stratum: str
    ticket: str
    position: int
    is_marked: bool = False


@dataclass(frozen=True)
class Drawing:
    """The result of a draw; ``shortfall`` is how many cases the frame was too small to give."""

    chosen: tuple[Pick, ...]
    reserves: tuple[Pick, ...]
    shortfall: int
    _seed: str
    _ordered: Sequence[FrameEntry] = field(repr=False)
    _taken: "_Taken" = field(repr=False, compare=False)

    @cached_property
    def rest(self) -> tuple[Pick, ...]:
        """The other cases, in the order in which they become reserves. Few draws need them, so they are
        worked out when they are asked for."""
        rest = self._taken.fill(self._ordered, {"": len(self._ordered)}, any_stratum=True)
        return _picks(self._ordered, rest, self._seed, after=len(self.reserves))


@dataclass(frozen=True)
class Replay:
    """Whether a draw made again gives the record; ``difference`` says the first one, or is empty."""

    matches: bool
    difference: str


def ticket(seed: str, reference: str) -> str:
    """The place of a case in the draw: hexadecimal SHA-256 of "seed:reference", lowest first."""
    return sha256(f"{seed}:{reference}".encode()).hexdigest()


def frame_hash(entries: Iterable[FrameEntry], exclusions: Mapping[str, str]) -> str:
    """SHA-256 of the frame: who could be drawn, and who was left out (reference to reason), by reference."""
    rows = sorted(
        entry if isinstance(entry.weight, float) else entry._replace(weight=float(entry.weight))
        for entry in entries
    )
    text = json.dumps({"entries": rows, "exclusions": sorted(exclusions.items())}, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def share_to_choose(population: int, percent: Decimal | int) -> int:
    """How many are ``percent`` of the population, rounded up. Source: LAN-34. Raises ValueError."""
    if population < 0 or not 0 <= percent <= 100:
        raise ValueError(f"{percent}% of {population} cannot be chosen: give 0 to 100% of 0 or more.")
    return _round_up(population * Decimal(percent) / 100)


def largest_remainder(total: int, sizes: Mapping[str, int], minimum: int = 0) -> dict[str, int]:
    """Shares ``total`` places over strata in proportion to their sizes, by largest remainder.

    No stratum gets more than its size. Each gets at least ``minimum`` or its size; where there are too few
    places for that, the largest lower minimum that fits counts instead. Equal remainders go to the larger
    stratum, then by name. Raises ValueError for negative numbers.
    """
    if total < 0 or minimum < 0 or any(size < 0 for size in sizes.values()):
        raise ValueError("Places, sizes and minimum must all be 0 or more.")
    total = min(total, sum(sizes.values()))
    floors = _affordable_floors(total, sizes, minimum)
    fixed: dict[str, int] = {}
    while True:
        free = {name: size for name, size in sizes.items() if name not in fixed}
        places, population = total - sum(fixed.values()), sum(free.values())
        below = {name: floors[name] for name in free if places * free[name] < floors[name] * population}
        if not below:
            return {name: {**fixed, **_proportional(places, free)}[name] for name in sizes}
        fixed |= below


def draw(entries: Iterable[FrameEntry], size: int, seed: str, method: Method = Method()) -> Drawing:
    """Draws ``size`` cases without replacement, and reserves for each stratum.

    Places are shared over the strata by largest remainder, then cases are taken in the order of their
    tickets; a case is passed over when its stratum is full or when its family (or worker) is already in.
    Places that a stratum cannot fill for that reason go to the next cases of any stratum. What is
    still missing then is the shortfall: a case is never repeated. Each stratum that gave cases has
    its part as reserves, rounded up, while there are any. The rest follow in the order of their tickets,
    whatever their stratum.

    Where cases are marked, the places are first shared over marked cases and others, the marked not below
    their minimum, and then over the strata of each. Marked cases are taken first.

    Entries with a weight other than 1 are drawn as Efraimidis and Spirakis describe: with u uniform from
    the ticket, the largest u ** (1 / weight) come first. With all weights 1 that is plain ticket order.
    Raises ValueError for a reference that occurs twice, a weight that is not above 0, or a size below 0.
    """
    frame = list(entries)
    _check_frame(frame, size, method)
    ordered = in_draw_order(frame, seed)
    parts = [[entry for entry in ordered if entry.is_marked is marked] for marked in (True, False)]
    taken = _Taken(method.one_per_family, method.one_per_worker)
    chosen: set[str] = set()
    for part, places in zip(parts, _places_of_marked(parts, size, method.minimum_marked), strict=True):
        strata = Counter(entry.stratum for entry in part)
        from_part = taken.fill(part, largest_remainder(places, strata, method.minimum_per_stratum))
        from_part |= taken.fill(part, {"": places - len(from_part)}, any_stratum=True)
        chosen |= from_part
    missing = min(size, len(frame)) - len(chosen)
    chosen |= taken.fill(ordered, {"": missing}, any_stratum=True)
    reserves: set[str] = set()
    for part in parts:
        reserves |= taken.fill(part, _reserve_places(part, chosen, method.reserve_share))
    return Drawing(
        _picks(ordered, chosen, seed),
        _picks(ordered, reserves, seed),
        size - len(chosen),
        seed,
        ordered,
        taken,
    )


def replay(
    entries: Iterable[FrameEntry],
    size: int,
    seed: str,
    method: Method = Method(),
    *,
    chosen: Sequence[str],
    reserves: Sequence[str] | None = None,
    further_reserves: int = 0,
    recorded_hash: str = "",
    exclusions: Mapping[str, str] | None = None,
) -> Replay:
    """Makes a recorded draw again and compares the frame's hash (when given), chosen cases and reserves.

    ``further_reserves`` is how many of the rest were taken as reserves too.
    """
    frame = list(entries)
    if recorded_hash and (found := frame_hash(frame, exclusions or {})) != recorded_hash:
        return Replay(False, f"The frame is not the one recorded: its hash is {found}, not {recorded_hash}.")
    again = draw(frame, size, seed, method)
    difference = _first_difference("Chosen case", chosen, again.chosen)
    if not difference and reserves is not None:
        further = again.rest[:further_reserves] if further_reserves else ()
        difference = _first_difference("Reserve", reserves, again.reserves + further)
    return Replay(not difference, difference)


def in_draw_order(frame: Sequence[FrameEntry], seed: str) -> list[FrameEntry]:
    """The cases in the order in which they come up: by ticket, those with more weight sooner."""
    tickets = {entry.reference: ticket(seed, entry.reference) for entry in frame}
    if all(entry.weight == 1 for entry in frame):
        return sorted(frame, key=lambda entry: tickets[entry.reference])
    return sorted(frame, key=lambda entry: _weighted_place(tickets[entry.reference], entry.weight))


class _Taken:
    """Who is already in the draw, by reference, family and worker."""

    def __init__(self, one_per_family: bool, one_per_worker: bool) -> None:
        self.one_per_family = one_per_family
        self.one_per_worker = one_per_worker
        self.references: set[str] = set()
        self.families: set[str] = set()
        self.workers: set[str] = set()

    def fill(
        self, ordered: Iterable[FrameEntry], places: Mapping[str, int], *, any_stratum: bool = False
    ) -> set[str]:
        """Takes entries in order while their stratum has places; returns the references taken."""
        left = dict(places)
        wanted = sum(left.values())
        new: set[str] = set()
        for entry in ordered:
            if len(new) == wanted:
                break
            stratum = "" if any_stratum else entry.stratum
            if left.get(stratum, 0) > 0 and self._is_free(entry):
                left[stratum] -= 1
                new.add(entry.reference)
                self._take(entry)
        return new

    def _is_free(self, entry: FrameEntry) -> bool:
        return (
            entry.reference not in self.references
            and not (self.one_per_family and entry.family in self.families)
            and not (self.one_per_worker and entry.worker in self.workers)
        )

    def _take(self, entry: FrameEntry) -> None:
        self.references.add(entry.reference)
        if entry.family:
            self.families.add(entry.family)
        if entry.worker:
            self.workers.add(entry.worker)


def _check_frame(frame: Sequence[FrameEntry], size: int, method: Method) -> None:
    if min(size, method.reserve_share, method.minimum_marked) < 0:
        raise ValueError("The size of a draw, its share of reserves and its minimum must be 0 or more.")
    repeated = [reference for reference, n in Counter(entry.reference for entry in frame).items() if n > 1]
    if repeated:
        raise ValueError(f"Case {min(repeated)} is in the frame more than once; each case may be in it once.")
    for entry in frame:
        if not (entry.weight > 0 and math.isfinite(entry.weight)):
            raise ValueError(f"Case {entry.reference} has weight {entry.weight}; a weight must be above 0.")


def _places_of_marked(
    parts: Sequence[Sequence[FrameEntry]], size: int, minimum_marked: int
) -> tuple[int, int]:
    """How many places marked cases have, and how many the others."""
    marked, others = (len(part) for part in parts)
    proportional = largest_remainder(size, {"marked": marked, "others": others})["marked"]
    places = min(max(proportional, minimum_marked), marked, size)
    return places, min(size - places, others)


def _reserve_places(part: Iterable[FrameEntry], chosen: Collection[str], share: float) -> dict[str, int]:
    given = Counter(entry.stratum for entry in part if entry.reference in chosen)
    return {stratum: _round_up(number * Decimal(str(share))) for stratum, number in given.items()}


def _weighted_place(its_ticket: str, weight: float) -> tuple[float, str]:
    """Lowest first: the logarithm of u ** (1 / weight), turned round, so that u near 1 is a low ticket."""
    bits = int(its_ticket, 16) >> (256 - 53)  # as many as a float holds exactly
    return -math.log1p(-bits / 2**53) / weight, its_ticket


def _picks(
    ordered: Iterable[FrameEntry], references: Collection[str], seed: str, *, after: int = 0
) -> tuple[Pick, ...]:
    taken = [entry for entry in ordered if entry.reference in references]
    return tuple(
        Pick(entry.reference, entry.stratum, ticket(seed, entry.reference), position, entry.is_marked)
        for position, entry in enumerate(taken, start=after + 1)
    )


def _first_difference(name: str, recorded: Sequence[str], again: Sequence[Pick]) -> str:
    for position, (reference, pick) in enumerate(zip(recorded, again, strict=False), start=1):
        if reference != pick.reference:
            return f"{name} {position} is {reference} in the record, and {pick.reference} when drawn again."
    if len(recorded) != len(again):
        return f"{name}s: the record has {len(recorded)}, drawing again gives {len(again)}."
    return ""


def _affordable_floors(total: int, sizes: Mapping[str, int], minimum: int) -> dict[str, int]:
    while minimum and sum(min(minimum, size) for size in sizes.values()) > total:
        minimum -= 1
    return {name: min(minimum, size) for name, size in sizes.items()}


def _proportional(places: int, sizes: Mapping[str, int]) -> dict[str, int]:
    population = sum(sizes.values())
    if not population:
        return dict.fromkeys(sizes, 0)
    given = {name: places * size // population for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(places * sizes[name] % population), -sizes[name], name))
    for name in by_remainder[: places - sum(given.values())]:
        given[name] += 1
    return given


def _round_up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
