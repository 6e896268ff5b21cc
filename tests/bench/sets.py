"""Work on the whole register at once: imports, draws, sweeps, reports."""

import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from audits.workflow import draw_month
from escalation.workflow import sweep
from qaframework.allocation.simulation import simulate
from qaframework.packs.definition import Pack, parse
from qaframework.packs.reading import hash_of, shipped_packs
from qaframework.people.models import Unit
from qaframework.rules.programme import Owner
from reporting.models import Report
from reporting.pages import document_of
from reporting.workflow import build_report
from reporting.writers import WRITERS
from tests.bench.measuring import Operation
from tests.bench.past import SWEEP_IN
from tests.bench.world import World, check_register, empty_register, import_register
from tests.factories.packs import shipped

ROUNDS = 3
AUTHORITIES = 100
STAFF = {
    "director": 1,
    "head_of_service": 4,
    "qa_manager": 1,
    "senior_manager": 9,
    "advanced_practitioner": 5,
    "team_manager": 40,
}
FUNCTIONS = ("social-care", "early-help", "safeguarding-unit", "mash")

# The sweep's rows in one statement: steps, their history, whom they reach, and the moments closed.
SWEEP = """
WITH due AS (
    SELECT moment.id, moment.clock_id, moment.round, moment.position, moment.name, moment.is_reminder,
           moment.falls_at, clock.owner_post_id, clock.unit_id
      FROM clocks_moment moment JOIN clocks_clock clock ON clock.id = moment.clock_id
     WHERE moment.is_open AND moment.falls_at <= %(now)s AND clock.stopped_at IS NULL
       AND moment.round = clock.round
), taken AS (
    INSERT INTO escalation_escalationstep (clock_id, round, position, name, is_reminder, falls_at, taken_at,
        sweep, was_late, acknowledgement)
    SELECT clock_id, round, position, name, is_reminder, falls_at, %(now)s, %(sweep)s, false, '' FROM due
    ON CONFLICT (clock_id, round, position) DO NOTHING
    RETURNING *
), closed AS (
    UPDATE clocks_moment SET is_open = false FROM due WHERE clocks_moment.id = due.id
), remembered AS (
    INSERT INTO escalation_historicalescalationstep (id, clock_id, round, position, name, is_reminder,
        falls_at, taken_at, sweep, was_late, acknowledgement, history_date, history_type,
        history_change_reason)
    SELECT id, clock_id, round, position, name, is_reminder, falls_at, taken_at, sweep, was_late, '',
        %(now)s, '+', 'Fell due' FROM taken
)
INSERT INTO escalation_steprecipient (step_id, user_id, asked_for, note)
SELECT taken.id, holding.user_id, post.role, ''
  FROM taken
  JOIN clocks_clock clock ON clock.id = taken.clock_id
  JOIN people_unit unit ON unit.id = clock.unit_id
  JOIN people_post post ON CASE WHEN taken.is_reminder THEN post.id = clock.owner_post_id
       ELSE post.role IN ('senior_manager', 'head_of_service') AND post.unit_id = unit.parent_id END
  JOIN people_postholding holding ON holding.post_id = post.id
"""


def imports(world: World) -> Iterator[Operation]:
    """The first import fills the register that everything else uses."""
    before = _peak()
    import_register(world)
    peak = _peak() - before
    copied = _copied_out()
    _make_copy_target()
    floors = {"COPY": lambda: _copy(copied)}

    yield Operation(
        "case import, first",
        lambda: import_register(world),
        floors,
        rounds=ROUNDS,
        times=1,
        before=empty_register,
        megabytes=lambda: peak,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield Operation("case import, same file", lambda: check_register(world), floors, rounds=ROUNDS, times=1)
    yield Operation(
        "case import, nothing changed",
        lambda: check_register(world),
        floors,
        rounds=ROUNDS,
        times=1,
        before=_forget_files,
    )


def _forget_files() -> None:
    """The extract of another day with the same content has to be compared case by case."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE caseload_caseimport SET file_hash = ''")


def operations(world: World) -> Iterator[Operation]:
    yield Operation(
        "month's draw",
        lambda: _draw(world),
        {"counting": lambda: _count_frames(world)},
        rounds=ROUNDS,
        times=1,
    )
    packs = [parse(hash_of(shipped(name)), shipped(name)) for name in shipped_packs()]
    yield Operation(
        "programmes, 100 authorities",
        lambda: _plan_years(packs, world.month.start.year),
        rounds=ROUNDS,
        times=1,
    )
    # Before the sweep of everything, which is undone each time and leaves the index full of dead entries.
    yield Operation("sweep, none due", lambda: sweep(now=world.now, dry_run=True))
    later = world.now + SWEEP_IN
    yield Operation(
        "sweep, all due",
        lambda: sweep(now=later, dry_run=True),
        {"statement": lambda: _bare_sweep(world)},
        rounds=ROUNDS,
        times=1,
    )
    yield from _reports(world)


def _peak() -> float:
    """The most memory this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _copied_out() -> bytes:
    out = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY caseload_case TO STDOUT", out)
    return out.getvalue()


def _make_copy_target() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_case (LIKE caseload_case INCLUDING ALL)")


def _copy(content: bytes) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_case")
        cursor.copy_expert("COPY bench_case FROM STDIN", BytesIO(content))


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _draw(world: World) -> None:
    with _undone():
        done = draw_month(
            framework=world.version.framework,
            month=world.month.next(),
            seed="bench",
            by=None,
            now=world.now,
        )
        assert done.allocated


def _count_frames(world: World) -> None:
    functions = Unit.objects.filter(kind=Unit.Kind.FUNCTION).values_list("path", flat=True)
    with connection.cursor() as cursor:
        for path in functions:
            cursor.execute(
                "SELECT count(*) FROM caseload_case c JOIN people_unit u ON u.id = c.unit_id "
                "WHERE c.status = 'open' AND u.path LIKE %s",
                [f"{path}%"],
            )
            cursor.fetchone()


def _plan_years(packs: Sequence[Pack], year: int) -> None:
    """A year's programme on paper for each authority, by each of the shipped frameworks in turn."""
    staff = [
        Owner(f"{role} {n}", role, (f"team {n}", FUNCTIONS[n % len(FUNCTIONS)], "authority"))
        for role, number in STAFF.items()
        for n in range(number)
    ]
    for number in range(AUTHORITIES):
        assert simulate(packs[number % len(packs)], year, staff).work


def _bare_sweep(world: World) -> None:
    with _undone(), connection.cursor() as cursor:
        cursor.execute(SWEEP, {"now": world.now + SWEEP_IN, "sweep": str(uuid4())})


def _reports(world: World) -> Iterator[Operation]:
    def build() -> Report:
        return build_report(
            framework=world.version.framework,
            kind=Report.Kind.MONTHLY,
            period=world.month.previous(),
            by=None,
            now=world.now,
        )

    def undone() -> None:
        with _undone():
            build()

    yield Operation("report figures", undone, rounds=ROUNDS)
    report = build()

    def writes(kind: str) -> Callable[[], Any]:
        return lambda: WRITERS[kind][1](document_of(report))

    yield Operation("report as Word", writes("docx"), rounds=ROUNDS)
    yield Operation("report as PDF", writes("pdf"), rounds=ROUNDS)
