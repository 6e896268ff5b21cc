"""What every test may rely on."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.factories.authority import Authority, small_authority
from tests.free_words import words_that_leave
from tests.history import gaps_in_history
from tests.services import find_chromium

# Where tests change rows through the verbs; elsewhere many set their scene by changing rows themselves.
WALKED = {
    "actions",
    "activities",
    "allocation",
    "caseload",
    "clocks",
    "cycle",
    "observations",
    "packs",
    "people",
    "supervision",
    "tools",
}

# Where tests write notices of what people did, with what these wrote.
TOLD = WALKED | {"audits", "escalation", "reporting"}

settings.register_profile(
    "house",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests this machine cannot run. bootstrap.py deselects them and says so at the end."""
    for item in items:
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-pg"))
        if item.get_closest_marker("journey") and not find_chromium():
            item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


@pytest.fixture(scope="session", autouse=True)
def _responses_leave_the_connection_open() -> Iterator[None]:
    """A response that ends inside a test would close the connection, and with it the test's transaction."""
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def close_outside_transactions(connection: BaseDatabaseWrapper) -> None:
        if not connection.in_atomic_block:
            close(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_outside_transactions)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests of a process: Playwright can be started only once in each."""
    chromium = find_chromium()
    assert chromium is not None, "needs Chromium: apt-get install chromium"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After every test that lets the verbs write: each change has left its history, and nobody's own words
    are in a message that leaves by e-mail."""
    yield
    uses_database = {"db", "transactional_db"} & set(item.fixturenames)  # type: ignore[attr-defined]
    room = item.path.parent.name
    if uses_database and room in TOLD and (leaving := words_that_leave()):
        pytest.fail("\n".join(["Own words leave by e-mail:", *leaving[:20]]), pytrace=False)
    if not uses_database or room not in WALKED or item.get_closest_marker("writes_behind_the_verbs"):
        return
    if gaps := gaps_in_history():
        hint = "(A test that changes rows itself is marked writes_behind_the_verbs.)"
        pytest.fail("\n".join(["The history is not complete:", *gaps[:20], hint]), pytrace=False)


@pytest.fixture
def now() -> datetime:
    """A fixed moment: Tuesday 10 November 2026, 10am in London (UTC is the same in winter)."""
    return datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


@pytest.fixture
def today_is_10_november(now: datetime) -> Iterator[None]:
    """Pages take the moment from the clock: it stands still."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def northmoor(db: None) -> Authority:
    return small_authority()
