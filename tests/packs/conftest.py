import pytest

from qaframework.packs.models import FrameworkVersion
from tests.factories.authority import Authority, small_authority
from tests.factories.packs import lancashire


@pytest.fixture
def northmoor(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def version(northmoor: Authority) -> FrameworkVersion:
    """The Lancashire framework, live for all of Northmoor."""
    return lancashire([northmoor.root])
