"""Two people who answer, and a framework whose tools can be changed."""

import pytest

from tests.factories.packs import lancashire
from tests.factories.people import UserFactory


@pytest.fixture
def auditor():
    return UserFactory(full_name="Priya Wexcombe")


@pytest.fixture
def other():
    return UserFactory(full_name="Tom Aldersey")


@pytest.fixture
def version(northmoor):
    """Lancashire's framework, for the duty function only."""
    return lancashire([northmoor.duty])
