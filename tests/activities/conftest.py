"""One authority at one moment: Tuesday 10 November 2026, 10am in London."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from observations.models import Observation
from qaframework.people.models import User
from tests.factories.activities import opened
from tests.factories.authority import Authority, small_authority

Page = Callable[..., Any]


@pytest.fixture(autouse=True)
def _standing_still(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def authority(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def owner(authority: Authority) -> User:
    return authority.team_manager


@pytest.fixture
def observation(authority: Authority, owner: User) -> Observation:
    return opened(Observation, authority, owner, "observation")


@pytest.fixture
def page(client: Client) -> Page:
    """A page as one person opens it: ``page(user, "observations:read", pk)``."""

    def get(user: User, name: str, *args: Any, **headers: Any) -> Any:
        client.force_login(user)
        return client.get(reverse(name, args=args), **headers)

    return get


@pytest.fixture
def send(client: Client) -> Page:
    def post(user: User, name: str, *args: Any, follow: bool = False, **data: Any) -> Any:
        client.force_login(user)
        return client.post(reverse(name, args=args), data, follow=follow)

    return post
