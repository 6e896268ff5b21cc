"""What every test may rely on."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture
def now() -> datetime:
    """A fixed moment: Tuesday 10 November 2026, 10am in London (UTC is the same in winter)."""
    return datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
