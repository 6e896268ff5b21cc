"""Every page: valid, titled, labelled, without inline scripts, uncached, and with a known number of queries.

The numbers are in queries.json. When a page rightly needs another number, write them anew with
QA_WRITE_QUERY_COUNTS=1 and look at the difference in the commit.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.pages.html import mistakes
from tests.pages.pages import PAGES, viewer_of
from tests.pages.rows import Row
from tests.pages.world import World

COUNTS = Path(__file__).with_name("queries.json")
WRITE = os.environ.get("QA_WRITE_QUERY_COUNTS") == "1"
# Transactions are opened by both databases in their own number.
UNCOUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")

# Looks at the database itself, in another way on each.
ASKS_ABOUT_THE_DATABASE = "escalation:health"


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    return json.loads(COUNTS.read_text()) if COUNTS.exists() else {}


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_is_well_made(world: World, row: Row, counts: dict[str, int]) -> None:
    address, persona = reverse(row.route, kwargs=world.of(row.of)), viewer_of(row)
    with CaptureQueriesContext(connection) as asked:
        response = world.clients[persona].get(address)
    assert response.status_code == 200
    assert mistakes(response.content.decode(), _nonce(response)) == []
    if persona != "anonymous":
        assert response["Cache-Control"] == "no-store"
    queries = [one["sql"] for one in asked if not one["sql"].startswith(UNCOUNTED)]
    if WRITE:
        _write(str(row), len(queries))
    elif row.route != ASKS_ABOUT_THE_DATABASE:
        assert len(queries) == counts.get(str(row)), "\n".join(queries)


@pytest.mark.parametrize("row", [row for row in PAGES if row.route != "account_logout"], ids=str)
def test_a_page_that_refuses_an_empty_form_is_well_made_too(world: World, row: Row) -> None:
    address, persona = reverse(row.route, kwargs=world.of(row.of)), viewer_of(row)
    with transaction.atomic():
        response = world.clients[persona].post(address)
        transaction.set_rollback(True)
    assert response.status_code < 500
    if response.status_code in (200, 422):
        assert mistakes(response.content.decode(), _nonce(response)) == []


def test_every_count_is_of_a_page(counts: dict[str, int]) -> None:
    assert set(counts) - {str(row) for row in PAGES} == set()


def _nonce(response: HttpResponse) -> str:
    """The nonce that the policy of the response names; empty when nothing inline is let through."""
    _, _, rest = response["Content-Security-Policy"].partition("'nonce-")
    return rest.partition("'")[0]


def _write(page: str, count: int) -> None:
    kept = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    COUNTS.write_text(json.dumps(dict(sorted({**kept, page: count}.items())), indent=1) + "\n")
