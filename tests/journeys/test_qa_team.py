"""The quality assurance team plans the year, draws, keeps the board, and moderates."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
LANCASHIRE = "Lancashire quality assurance framework"


def test_the_year_is_planned_and_a_month_drawn_and_replayed(person: Arrive) -> None:
    officer = person("qa_officer")
    officer.is_on("Return board")
    officer.look("return-board")
    officer.visit("/programme/make/")
    officer.page.locator("select[name=framework]").select_option(
        label="Lancashire quality assurance framework"
    )
    officer.look("programme-to-make")
    officer.press("Continue")
    officer.is_on("Changes to the programme, April 2026 to March 2027")
    confirm = officer.page.get_by_role("button", name="Confirm these changes")
    if confirm.count():  # The journeys share one site, and the administrator's brings in a new post.
        officer.look("programme-to-confirm")
        confirm.click()
        officer.sees("has been made")
        officer.follow("Bring into step")
    officer.sees("There is nothing to change")
    officer.look("programme-in-step")
    officer.follow("Programme")
    officer.follow("How the programme was planned")
    officer.look("programme-changes")
    officer.follow("Programme")
    officer.look("programme")

    officer.visit("/draws/run/")
    officer.page.locator("select[name=framework]").select_option(
        label="Lancashire quality assurance framework"
    )
    officer.page.locator("select[name=month]").select_option(label="January 2027")
    officer.look("draw-to-run")
    officer.page.get_by_role("main").get_by_role("button").first.click()
    officer.sees("1 draw made")
    officer.page.get_by_role("main").get_by_role("link", name="January 2027").first.click()
    officer.sees("Seed")
    officer.look("draw", tour="draw")
    officer.follow("Replay this draw")
    officer.look("replay")


def test_a_drawn_case_is_replaced_with_a_reason(person: Arrive, site: Site) -> None:
    officer = person("qa_officer")
    officer.visit(f"/draws/cases/{site.objects['drawn case']['pk']}/")
    officer.look("drawn-case")
    officer.follow("Replace this case")
    officer.page.get_by_role("radio").first.check()
    officer.page.get_by_label("Note").fill("The family has just moved.")
    officer.look("case-to-replace")
    officer.page.get_by_role("main").get_by_role("button").first.click()
    officer.sees("Replaced")


def test_work_moves_to_another_post_with_a_reason(person: Arrive, site: Site) -> None:
    officer = person("qa_officer")
    officer.visit(f"/work/{site.objects['late work']['pk']}/move/")
    officer.page.locator("main select").first.select_option(index=1)
    officer.page.get_by_role("main").get_by_role("textbox").first.fill("The manager is on leave.")
    officer.look("work-to-move")
    officer.page.get_by_role("main").get_by_role("button").first.click()
    officer.sees("is now with")


def test_a_submitted_audit_is_moderated(person: Arrive) -> None:
    manager = person("qa_manager")
    manager.visit("/audits/inbox/")
    manager.look("inbox")
    manager.visit("/moderation/")
    manager.look("moderation-queue")
    manager.page.get_by_role("main").get_by_role("link", name="Learning space").first.click()
    manager.look("moderation-to-take")
    manager.press("Take this moderation")
    page = manager.page
    expect(page.get_by_role("button", name="Complete the moderation")).to_be_visible()
    for group in page.locator("fieldset:has(input[type=radio])").all():
        group.get_by_role("radio").first.check()
    page.get_by_role("group", name="Which grade would you give?").get_by_label("Inadequate").check()
    page.get_by_label("Feedback for the manager").fill("Clear evidence. Ask the family first next time.")
    manager.look("moderation", tour="moderation")
    manager.press("Complete the moderation")
    manager.sees("Done")
    manager.look("moderation-done")
