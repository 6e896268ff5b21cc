from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from tests.factories.authority import Authority, small_authority


@pytest.fixture
def northmoor(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def today_is_10_november(now: datetime) -> Iterator[None]:
    """Pages take the moment from the clock: it stands still."""
    with time_machine.travel(now, tick=False):
        yield
