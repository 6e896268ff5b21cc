"""The world, built once for all tests of a module; each test leaves it as it found it."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.pages.world import NOW, World, build_world


@pytest.fixture(scope="module")
def kept_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Inside a transaction of the module; the transaction of each test lies within it."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(kept_world: World, db: None) -> World:
    return kept_world
