"""Organisations of invented authorities, as the tests of the published frameworks need them."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from qaframework.allocation.models import Programme
from qaframework.allocation.workflow import make_programme
from qaframework.packs.workflow import load_pack
from qaframework.people.models import Post, Unit
from qaframework.tools.workflow import install_tools
from tests.factories.packs import shipped
from tests.factories.people import PostFactory, PostHoldingFactory, UnitFactory

BEFORE_THE_YEAR = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)

Grow = Callable[..., Unit]
Employ = Callable[..., list[Post]]
Plan = Callable[[str], Programme]


@pytest.fixture
def root(db: None) -> Unit:
    unit: Unit = UnitFactory(code="authority", name="Westmere", kind=Unit.Kind.AUTHORITY)
    return unit


@pytest.fixture
def grow(root: Unit) -> Grow:
    """Adds a unit below another one, or at the top."""

    def add(code: str, kind: str, above: Unit | None = None) -> Unit:
        unit: Unit = UnitFactory(
            code=code, name=code.replace("-", " ").capitalize(), kind=kind, parent=above or root
        )
        return unit

    return add


@pytest.fixture
def employ() -> Employ:
    """Posts of a role in a unit, each with its holder, that report to another one or to none."""

    def hire(unit: Unit, role: str, number: int = 1, reports_to: Post | None = None) -> list[Post]:
        posts = PostFactory.create_batch(number, unit=unit, role=role, reports_to=reports_to)
        for post in posts:
            PostHoldingFactory(post=post, starts_on=date(2025, 1, 6))
        return posts

    return hire


@pytest.fixture
def plan(root: Unit) -> Plan:
    """Loads a shipped framework for the whole authority and plans its year."""

    def make(name: str) -> Programme:
        version = load_pack(content=shipped(name), units=[root], by=None, now=BEFORE_THE_YEAR)
        install_tools(framework_version=version, by=None, now=BEFORE_THE_YEAR)
        made = make_programme(framework=version.framework, year=2026, by=None, now=BEFORE_THE_YEAR)
        return made.programme

    return make


@pytest.fixture
def team(root: Unit, grow: Grow, employ: Employ) -> dict[str, list[Post]]:
    """A team with its manager and three practitioners, one elsewhere, and a quality assurance officer."""
    unit, other = grow("duty-team", Unit.Kind.TEAM), grow("care-team", Unit.Kind.TEAM)
    (manager,) = employ(unit, "team_manager")
    return {
        "manager": [manager],
        "workers": employ(unit, "practitioner", 3, reports_to=manager),
        "elsewhere": employ(other, "practitioner"),
        "head": employ(root, "head_of_service"),
        "qa": employ(root, "qa_officer"),
    }
