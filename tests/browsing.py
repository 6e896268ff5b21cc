"""Asking for the pages of one room, as somebody."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from qaframework.people.models import User

Page = Callable[..., Any]


def page_of(client: Client, room: str) -> Page:
    """Gives a page of the room as somebody sees it; keywords are its query."""

    def get(user: User, name: str, *args: Any, **query: str) -> Any:
        client.force_login(user)
        return client.get(reverse(f"{room}:{name}", args=args), query)

    return get


def send_to(client: Client, room: str) -> Page:
    """Sends a form of the room as somebody does."""

    def post(user: User, name: str, *args: Any, **data: Any) -> Any:
        client.force_login(user)
        return client.post(reverse(f"{room}:{name}", args=args), data)

    return post
