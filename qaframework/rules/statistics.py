"""Shares with their uncertainty, agreement between two judges, and the hiding of small numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# A percentage of fewer than 5 says nothing and may point to a person; below 10 it comes with a warning.
FEWEST_FOR_PERCENT = 5
FEWEST_WITHOUT_NOTE = 10
# With fewer pairs a chance-corrected figure swings too much to be read.
FEWEST_PAIRS_FOR_KAPPA = 20


@dataclass(frozen=True)
class Interval:
    """Two proportions (0.45 is 45%); for a difference of shares they lie between -1 and 1."""

    low: float
    high: float

    @property
    def percent(self) -> tuple[int, int]:
        """Both ends in whole percent."""
        return round(self.low * 100), round(self.high * 100)


@dataclass(frozen=True)
class Share:
    """``percent`` is whole, None when hidden; ``note`` is to be printed with it, empty when not needed."""

    part: int
    whole: int
    percent: int | None
    interval: Interval | None
    note: str

    @property
    def in_words(self) -> str:
        """Such as "60% (12 of 20, likely between 39% and 78%)"; only the two numbers when it is hidden."""
        numbers = f"{self.part} of {self.whole}"
        if self.percent is None or self.interval is None:
            return numbers
        low, high = self.interval.percent
        return f"{self.percent}% ({numbers}, likely between {low}% and {high}%)"


@dataclass(frozen=True)
class Agreement:
    """Two judges on the same cases, all numbers as counts but the two coefficients.

    ``within_one`` includes the exact ones. ``change_up`` counts second judges who were more favourable.
    ``matrix[i][j]`` counts pairs with first grade i and second grade j. A coefficient is None where it
    is not defined.
    """

    n: int
    exact: int
    within_one: int
    kappa_weighted: float | None
    gwet_ac2: float | None
    change_up: int
    change_down: int
    matrix: tuple[tuple[int, ...], ...]

    @property
    def shows_kappa(self) -> bool:
        """Whether there are enough pairs for the coefficients to be read."""
        return self.n >= FEWEST_PAIRS_FOR_KAPPA


def wilson(successes: int, n: int, z: float = 1.96) -> Interval | None:
    """Wilson's interval of a share, 95% with the usual z; None when n is 0. Raises ValueError."""
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share.")
    if n == 0:
        return None
    p, z2 = successes / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the exact bounds are 0 and 1; rounding would miss them by a hair.
    return Interval(
        0.0 if successes == 0 else max(0.0, centre - half), 1.0 if successes == n else min(1.0, centre + half)
    )


def share(part: int, whole: int) -> Share:
    """A share fit to be printed: hidden below 5, with a warning below 10. Raises ValueError."""
    interval = wilson(part, whole)
    if whole < FEWEST_FOR_PERCENT:
        note = "No percentage is shown for fewer than 5." if whole else "There are none yet."
        return Share(part, whole, None, None, note)
    note = "" if whole >= FEWEST_WITHOUT_NOTE else "Fewer than 10: read the percentage with care."
    return Share(part, whole, round(100 * part / whole), interval, note)


def difference_interval(before: Share, after: Share) -> Interval | None:
    """Newcombe's 95% interval of after minus before, from Wilson's intervals; None when either is empty."""
    earlier, later = wilson(before.part, before.whole), wilson(after.part, after.whole)
    if earlier is None or later is None:
        return None
    p1, p2 = before.part / before.whole, after.part / after.whole
    return Interval(
        p2 - p1 - math.hypot(p2 - later.low, earlier.high - p1),
        p2 - p1 + math.hypot(later.high - p2, p1 - earlier.low),
    )


def clear_change(before: Share, after: Share) -> bool:
    """Whether the interval of the difference leaves out 0; False means "no clear change"."""
    interval = difference_interval(before, after)
    if interval is None or before.percent is None or after.percent is None:
        return False
    return interval.low > 0 or interval.high < 0


def suppress_small(counts: Mapping[str, int], minimum: int = 5) -> dict[str, int | None]:
    """Counts with those from 1 to below the minimum hidden (None).

    When only one would be hidden, the smallest other (rather one above 0) is hidden too, because the total
    would give the first away.
    """
    hidden = {name for name, n in counts.items() if 0 < n < minimum}
    others = sorted(counts.keys() - hidden, key=lambda name: (counts[name] == 0, counts[name], name))
    if len(hidden) == 1:
        hidden |= set(others[:1])
    return {name: None if name in hidden else n for name, n in counts.items()}


def agreement(pairs: Iterable[tuple[str, str]], order: Sequence[str]) -> Agreement:
    """How far second grades agree with first ones; ``order`` is all grades from best to worst.

    The coefficients weight disagreement by the number of steps (linear weights). Raises ValueError for a
    grade that is not in the order.
    """
    place = {grade: i for i, grade in enumerate(order)}
    pairs = list(pairs)
    unknown = sorted({grade for pair in pairs for grade in pair} - place.keys())
    if unknown:
        raise ValueError(f"“{unknown[0]}” is not one of the grades {', '.join(order)}.")
    steps = [(place[first], place[second]) for first, second in pairs]
    counts = [[0] * len(order) for _ in order]
    for i, j in steps:
        counts[i][j] += 1
    matrix = tuple(tuple(row) for row in counts)
    return Agreement(
        n=len(steps),
        exact=sum(i == j for i, j in steps),
        within_one=sum(abs(i - j) <= 1 for i, j in steps),
        kappa_weighted=_kappa(matrix),
        gwet_ac2=_gwet(matrix),
        change_up=sum(j < i for i, j in steps),
        change_down=sum(j > i for i, j in steps),
        matrix=matrix,
    )


def _kappa(matrix: tuple[tuple[int, ...], ...]) -> float | None:
    """Cohen's kappa: 1 less observed over expected disagreement; undefined when none is expected."""
    n, rows, columns = (
        sum(map(sum, matrix)),
        [sum(row) for row in matrix],
        [sum(c) for c in zip(*matrix, strict=True)],
    )
    grades = range(len(matrix))
    observed = sum(abs(i - j) * matrix[i][j] for i in grades for j in grades) * n
    expected = sum(abs(i - j) * rows[i] * columns[j] for i in grades for j in grades)
    return 1 - observed / expected if expected else None


def _gwet(matrix: tuple[tuple[int, ...], ...]) -> float | None:
    """Gwet's AC2, which stays steady when nearly all grades are the same and kappa does not."""
    n, q = sum(map(sum, matrix)), len(matrix)
    if n == 0 or q < 2:
        return None
    grades = range(q)
    weights = [[1 - abs(i - j) / (q - 1) for j in grades] for i in grades]
    agreed = sum(weights[i][j] * matrix[i][j] for i in grades for j in grades) / n
    used = [(sum(matrix[k]) + sum(row[k] for row in matrix)) / (2 * n) for k in grades]
    by_chance = sum(map(sum, weights)) / (q * (q - 1)) * sum(p * (1 - p) for p in used)
    return (agreed - by_chance) / (1 - by_chance)
