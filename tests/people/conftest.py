import pytest

from tests.factories.authority import Authority, small_authority


@pytest.fixture
def northmoor(db: None) -> Authority:
    return small_authority()
