"""Rounds of floor, floor again, operation; and what they say."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time_ns
from typing import Any

from django.db import connection

from tests.bench.budgets import BUDGETS, STEADY

Step = Callable[[], Any]
ABSOLUTE = frozenset({"queries", "seconds", "late_seconds", "ms_per_query", "megabytes", "lost"})


@dataclass(frozen=True)
class Operation:
    """Something to measure. Each round runs ``run`` and every floor ``times`` times; ``before`` is not timed.

    ``megabytes`` asks how much memory it took, where that has a limit.
    """

    name: str
    run: Step
    floors: Mapping[str, Step] = field(default_factory=dict)
    rounds: int = 15
    times: int = 3
    before: Step = lambda: None
    megabytes: Callable[[], float] | None = None


@dataclass(frozen=True)
class Comparison:
    """An operation against one floor, and that floor against itself."""

    ratio: float
    steadiness: float

    @property
    def is_void(self) -> bool:
        return not STEADY[0] <= self.steadiness <= STEADY[1]


@dataclass(frozen=True)
class Result:
    """What was measured, in milliseconds; ``cpu`` is that of this process and of its database process."""

    name: str
    median: float
    late: float
    cpu: float
    queries: int
    compared: Mapping[str, Comparison]
    figures: Mapping[str, float]

    def over_budget(self) -> list[str]:
        """Each limit that is broken; a comparison on an unsteady machine breaks none."""
        broken = []
        for name, limit in BUDGETS[self.name].items():
            if name in ABSOLUTE:
                value = self.figures[name]
            else:
                compared = self.compared[name]
                if compared.is_void:
                    continue
                value = compared.ratio
            if value > limit:
                broken.append(f"{name} {value:,.2f}, at most {limit:g}")
        return broken

    def is_void(self) -> bool:
        """Whether a comparison that has a limit was with an unsteady floor."""
        limited = BUDGETS[self.name]
        return any(compared.is_void for name, compared in self.compared.items() if name in limited)


def measure(operation: Operation, *, rounds: int | None = None) -> Result:
    """Run an operation between its floors; the first time of everything is not counted."""
    queries = _queries_of(operation)
    for floor in operation.floors.values():
        floor()
    timed = [_round(operation) for _ in range(rounds or operation.rounds)]
    runs = sorted(wall for one in timed for wall, _ in one[1])
    compared = {
        name: Comparison(
            statistics.median(_cost(runs) / _middle(floors[name]) for floors, runs in timed),
            statistics.median(floors[name][1] / floors[name][0] for floors, _ in timed),
        )
        for name in operation.floors
    }
    median = statistics.median(runs)
    figures = {
        "queries": queries,
        "seconds": median / 1000,
        "ms_per_query": median / max(queries, 1),
        "megabytes": operation.megabytes() if operation.megabytes else 0,
    }
    return Result(
        name=operation.name,
        median=median,
        late=runs[min(len(runs) - 1, int(len(runs) * 0.95))],
        cpu=statistics.median(cpu for one in timed for _, cpu in one[1]),
        queries=queries,
        compared=compared,
        figures=figures,
    )


def line(result: Result) -> str:
    """One line of the printed table."""
    ratios = ", ".join(
        f"{one.ratio:.2f} x {name} ({one.steadiness:.2f})" for name, one in result.compared.items()
    )
    verdict = "; ".join(result.over_budget()) or ("void: busy machine" if result.is_void() else "ok")
    return (
        f"{result.name:<29}{result.median:>9,.1f}{result.late:>10,.1f}{result.cpu:>9,.1f}"
        f"{result.queries:>6}  {ratios or '-':<50}  {verdict}"
    )


HEADING = f"{'operation':<29}{'median ms':>9}{'95th %':>10}{'CPU ms':>9}{'SQL':>6}  ratio (floor to floor)"

Round = tuple[dict[str, tuple[float, float]], list[tuple[float, float]]]


def _round(operation: Operation) -> Round:
    floors = {}
    for name, floor in operation.floors.items():
        floor()  # after the operation everything is cold
        first = _cost([_timed(floor) for _ in range(operation.times)])
        floors[name] = (first, _cost([_timed(floor) for _ in range(operation.times)]))
    runs = []
    for _ in range(operation.times):
        operation.before()
        runs.append(_timed(operation.run))
    return floors, runs


def _timed(step: Step) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processors' time."""
    wall, cpu = perf_counter(), _processors()
    step()
    return (perf_counter() - wall) * 1000, (_processors() - cpu) / 1e6


def _processors() -> int:
    """Nanoseconds that this process and its database process have run (Linux)."""
    database = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return process_time_ns() + int(database.read_text().split()[0])


def _cost(runs: list[tuple[float, float]]) -> float:
    """What runs took of the processors: unlike time by the clock, it hardly depends on other programs."""
    return sum(cpu for _, cpu in runs)


def _middle(pair: tuple[float, float]) -> float:
    return (pair[0] + pair[1]) / 2


def _queries_of(operation: Operation) -> int:
    operation.before()
    with counted() as statements:
        operation.run()
    return len(statements)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that go to the database, without those that begin and end transactions."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements
