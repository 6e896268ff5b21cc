"""The demonstration is loaded once for the tests that look at it, because that takes seconds."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
from django.db import transaction

from reporting.demo.authority import LogIn, make_demo

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[list[LogIn]]:
    """The log-ins of a demonstration that is gone after the module."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_demo(framework="lancashire", seed="1", now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def rolled_back() -> Callable[[], AbstractContextManager[None]]:
    """A block after which the database is as it was."""

    @contextmanager
    def block() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block
