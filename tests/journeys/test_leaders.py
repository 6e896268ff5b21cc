"""Leaders decide on more time, close a loop, and look at the figures."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
NEWEST_FOLLOW_UP = """
from audits.models import CaseAudit
print(CaseAudit.objects.filter(follow_up_of__isnull=False).latest("pk").pk)
"""


def test_a_head_of_service_decides_on_more_time(person: Arrive, site: Site) -> None:
    head = person("head_of_service")
    head.visit("/extensions/")
    head.look("extensions")
    head.visit(f"/extensions/{site.objects['extension request']['pk']}/")
    head.page.get_by_role("radio").first.check()
    head.page.get_by_role("main").get_by_role("textbox").first.fill("The practitioner is back in December.")
    head.look("extension-to-decide")
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
    senior.page.get_by_label("Time and caseload").check()
    senior.look("loop-meeting")
    senior.press("Send for authorisation")
    senior.sees("Sent for authorisation")
    head.visit(f"/loops/{pk}/")
    head.look("loop-to-authorise")
    head.page.get_by_role("button", name="Authorise").click()
    head.sees("Another case of this practitioner is audited")
    head.look("loop", tour="loop")

    site.manage("open_work", "--at", "2027-01-12")
    follow_up = site.manage("shell", "-v0", "-c", NEWEST_FOLLOW_UP)
    officer = person("qa_officer")
    officer.visit(f"/audits/{follow_up}/")
    officer.sees("Follows up")
    officer.look("follow-up", tour="reaudit")


def test_the_dashboard_leads_to_what_its_reader_may_see(person: Arrive, site: Site) -> None:
    director = person("director")
    director.is_on("Dashboard")
    director.visit(f"/dashboard/?framework={site.objects['framework']['pk']}")
    director.look("dashboard", tour="dashboard")
    director.page.get_by_role("main").get_by_role("link", name="Handed in in time").first.click()
    director.is_on("Return board")
    director.visit("/escalations/")
    director.look("escalations", tour="escalations")
    director.visit("/reports/")
    director.look("reports")
    director.page.get_by_role("main").get_by_role("link", name="Monthly").first.click()
    director.look("report", tour="report")
    for kind in ("PDF", "Word"):
        with director.page.expect_download() as saved:
            director.page.get_by_role("main").get_by_role("link", name=kind).first.click()
        assert saved.value.path().stat().st_size > 5000
