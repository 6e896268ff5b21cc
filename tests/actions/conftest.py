from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qaframework.people.models import User
from tests.factories.authority import Authority, small_authority

Page = Callable[..., Any]


@pytest.fixture
def northmoor(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def today_is_10_november(now: datetime) -> Iterator[None]:
    """Pages take the moment from the clock: it stands still."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def page(client: Client) -> Page:
    """A page of this room as somebody sees it; keywords are its query."""

    def get(user: User, name: str, *args: Any, **query: str) -> Any:
        client.force_login(user)
        return client.get(reverse(f"actions:{name}", args=args), query)

    return get


@pytest.fixture
def send(client: Client) -> Page:
    """A form of this room as somebody sends it."""

    def post(user: User, name: str, *args: Any, **data: Any) -> Any:
        client.force_login(user)
        return client.post(reverse(f"actions:{name}", args=args), data)

    return post
