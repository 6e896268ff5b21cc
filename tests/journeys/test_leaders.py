"""Leaders decide on more time, close a loop, and look at the figures."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]


def test_a_head_of_service_decides_on_more_time(person: Arrive, site: Site) -> None:
    head = person("head_of_service")
    head.visit("/extensions/")
    head.look("extensions")
    head.visit(f"/extensions/{site.objects['extension request']['pk']}/")
    head.page.get_by_role("radio").first.check()
    head.page.get_by_role("main").get_by_role("textbox").first.fill("The practitioner is back in December.")
    head.look("extension-to-decide", tour=True)
    head.press("Record the decision")
    head.sees("The request has been")


def test_a_loop_is_closed_by_senior_manager_and_head_of_service(person: Arrive, site: Site) -> None:
    senior, head = person("senior_manager"), person("head_of_service")
    pk = site.objects["loop"]["pk"]
    senior.visit("/loops/")
    senior.look("loops")
    senior.visit(f"/loops/{pk}/meeting/")
    senior.page.locator("input[type=date]").first.fill("2026-11-10")
    for box in senior.page.get_by_role("main").locator("textarea, input[type=text]").all():
        box.fill("Seen on Monday; the new plan is on the record.")
    senior.look("loop-meeting")
    senior.press("Send for authorisation")
    senior.sees("Sent for authorisation")
    head.visit(f"/loops/{pk}/")
    head.look("loop", tour=True)
    head.page.get_by_role("button", name="Authorise").click()
    head.sees("Another case of this practitioner is audited")


def test_the_dashboard_leads_to_what_its_reader_may_see(person: Arrive) -> None:
    director = person("director")
    director.is_on("Dashboard")
    director.look("dashboard", tour=True)
    director.visit("/escalations/")
    director.look("escalations", tour=True)
    director.visit("/reports/")
    director.look("reports")
    director.page.get_by_role("main").get_by_role("link", name="Monthly").first.click()
    director.look("report", tour=True)
    for kind in ("PDF", "Word"):
        with director.page.expect_download() as saved:
            director.page.get_by_role("main").get_by_role("link", name=kind).first.click()
        assert saved.value.path().stat().st_size > 5000
