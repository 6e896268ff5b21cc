"""One authority on one framework, at one moment."""

from datetime import UTC, datetime

import pytest

from qaframework.people.models import Unit, User
from tests.factories.audits import Setting, setting
from tests.factories.authority import Authority, small_authority
from tests.factories.people import UnitFactory


@pytest.fixture
def authority(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def where(authority: Authority) -> Setting:
    return setting(authority)


@pytest.fixture
def bracknell_setting(authority: Authority) -> Setting:
    return setting(authority, "bracknell")


@pytest.fixture
def outside_officer(authority: Authority) -> User:
    """Somebody of another authority's quality assurance team."""
    elsewhere = UnitFactory(code="elsewhere", name="Elsewhere", kind=Unit.Kind.AUTHORITY)
    return authority.appoint("outside_officer", "qa_officer", elsewhere)


@pytest.fixture
def held() -> datetime:
    """The moment of the audit meeting: Tuesday 10 November 2026, 2pm in London."""
    return datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
