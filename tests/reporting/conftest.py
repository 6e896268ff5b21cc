"""Northmoor in November 2026, with audits of two months."""

from datetime import UTC, datetime

import pytest

from qaframework.packs.models import Framework
from qaframework.people.models import Unit, User
from qaframework.rules.periods import Month
from reporting.figures.scope import Scope
from tests.factories.allocation import empty_year
from tests.factories.authority import Authority, small_authority
from tests.factories.reporting import audited

DECEMBER = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
GRADES = ["outstanding", "good", "good", "good", "requires_improvement", "inadequate"]


@pytest.fixture
def authority() -> Authority:
    return small_authority()


@pytest.fixture
def framework(authority: Authority) -> Framework:
    """Lancashire's, with a programme of 2026 and audits of October and November."""
    framework = empty_year(authority).framework
    for day, grade in enumerate(GRADES * 2, 1):
        audited(authority, at=datetime(2026, 10, day, 9, 0, tzinfo=UTC), grade=grade)
    for day, grade in enumerate(GRADES * 3, 1):
        unit = authority.duty_team_1 if day < 13 else authority.care_team_1
        audited(
            authority,
            at=datetime(2026, 11, day, 9, 0, tzinfo=UTC),
            grade=grade,
            unit=unit,
            days_left=-1 if day == 2 else 3,
            section_grades={"daily_life": grade},
            worker_took_part=day != 3,
            feedback_obtained=day % 2 == 0,
        )
    return framework


@pytest.fixture
def scope(framework: Framework, authority: Authority) -> Scope:
    """November for the whole authority, read by nobody in particular."""
    return scope_of(framework, authority.root)


def scope_of(framework: Framework, unit: Unit, reader: User | None = None, month: str = "2026-11") -> Scope:
    """Figures of one month as at 7 December 2026."""
    on = DECEMBER.date()
    return Scope(framework.version_on(on), Month.parse(month), (unit.path,), on, reader)
