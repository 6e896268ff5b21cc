"""The idle time-out warns first and loses nothing that was typed."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.theme.conftest import Site

pytestmark = pytest.mark.journey

FORM = """
<form method="post">
  <label for="t">What needs to happen?</label><textarea id="t" name="t"></textarea>
  <label for="c">Told</label><input type="checkbox" id="c" name="c" value="on">
</form>
"""


def is_post(request: Request) -> bool:
    return request.method == "POST"


@pytest.fixture
def page(site: Site) -> Page:
    """A page whose clock the test moves; the session lasts ten minutes without use."""
    site.content = FORM
    site.idle_seconds = 600
    site.page.clock.install()
    site.visit()
    expect(site.page.locator("body.govuk-frontend-supported")).to_be_visible()
    return site.page


def test_a_person_is_warned_two_minutes_before_the_end(page: Page) -> None:
    page.clock.run_for(470_000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.run_for(15_000)
    expect(page.get_by_role("dialog", name="You will be signed out soon")).to_be_visible()
    expect(page.locator("[data-idle-remaining]")).to_contain_text("1 minute")


def test_staying_signed_in_tells_the_server_and_starts_again(page: Page) -> None:
    page.clock.run_for(490_000)
    with page.expect_request(is_post):
        page.get_by_role("button", name="Stay signed in").click()
    page.clock.run_for(300_000)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_person_at_work_is_never_warned(page: Page) -> None:
    for _ in range(4):
        page.locator("#t").press("a")
        with page.expect_request(is_post):
            page.clock.run_for(290_000)
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_at_the_end_the_person_is_sent_to_sign_in_and_finds_the_text_again(page: Page, site: Site) -> None:
    page.fill("#t", "Visit by Friday")
    page.check("#c")
    # The last sign of life has to arrive before the long silence, for which a moved clock does not wait.
    with page.expect_event("requestfinished", is_post):
        page.clock.run_for(110_000)
    with page.expect_navigation(url="**/account/login/?next=%2Faudit%2F&idle=1"):
        page.clock.run_for(1_300_000)
    site.visit()
    expect(page.locator("#t")).to_have_value("Visit by Friday")
    expect(page.locator("#c")).to_be_checked()
    expect(page.get_by_text("We kept what you had typed")).to_be_visible()
