import pytest
from django.test import Client

from tests.browsing import Page, page_of, send_to


@pytest.fixture
def page(client: Client) -> Page:
    return page_of(client, "actions")


@pytest.fixture
def send(client: Client) -> Page:
    return send_to(client, "actions")
