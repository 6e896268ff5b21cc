"""The data of a run: people, pack, programme, cases, past."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.core.management import call_command
from django.db import connection

from qaframework.allocation import workflow as allocation
from qaframework.caseload import workflow as caseload
from qaframework.caseload.models import CaseImport
from qaframework.packs.models import FrameworkVersion
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import local_date
from tests.bench import authority, past
from tests.bench.authority import Authority
from tests.factories.packs import lancashire


@dataclass(frozen=True)
class Sizes:
    cases: int
    audits: int


FULL = Sizes(cases=100_000, audits=20_000)
SMALL = Sizes(cases=3_000, audits=1_000)


@dataclass
class World:
    now: datetime
    sizes: Sizes
    authority: Authority
    version: FrameworkVersion
    register: bytes

    @property
    def month(self) -> Month:
        return Month.of(local_date(self.now))


def begin(sizes: Sizes, now: datetime) -> World:
    """Tables, people and the framework; the register is a file still."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    people = authority.build()
    version = lancashire([people.root])
    file = authority.register(people, sizes.cases, local_date(now))
    return World(now=now, sizes=sizes, authority=people, version=version, register=file)


def import_register(world: World) -> CaseImport:
    """Check the file and write it into the register, as an administrator does."""
    checked = check_register(world)
    return caseload.apply_import(case_import=checked, skip_bad_rows=False, by=None, now=world.now)


def check_register(world: World) -> CaseImport:
    return caseload.check_import(
        file=BytesIO(world.register),
        file_name="register.csv",
        extract_date=local_date(world.now),
        by=None,
        now=world.now,
    )


def empty_register() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE caseload_case, caseload_historicalcase, caseload_caseimport, "
            "caseload_historicalcaseimport, caseload_stagedcase CASCADE"
        )


def add_past(world: World) -> None:
    """The year's programme, and all that has been done and is owed."""
    year = ProgrammeYear.of(local_date(world.now), world.version.pack.year_starts_in)
    made = allocation.make_programme(
        framework=world.version.framework, year=year.year, by=None, now=world.now
    )
    past.build(made.programme, world.version, world.sizes.audits, world.now)
