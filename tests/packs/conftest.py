import pytest

from qaframework.packs.models import FrameworkVersion
from tests.factories.authority import Authority
from tests.factories.packs import lancashire


@pytest.fixture
def version(northmoor: Authority) -> FrameworkVersion:
    """The Lancashire framework, live for all of Northmoor."""
    return lancashire([northmoor.root])
