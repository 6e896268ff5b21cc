"""A manager audits live with the practitioner, from 'My work' to the actions that follow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]


def answer_section(page: Page) -> None:
    """Every question of the section that is open: the first choice, or a sentence."""
    questions = page.locator(".app-question:has([name])")
    expect(questions.first).to_be_visible()
    for group in questions.all():
        if group.is_visible():  # what earlier answers do not ask for is hidden
            answer_question(group)


def answer_question(group: Locator) -> None:
    if group.get_by_role("radio").count():
        group.get_by_role("radio").first.check()
    elif group.get_by_role("checkbox").count():
        group.get_by_role("checkbox").first.check()
    for box in group.locator("textarea").all():
        box.fill("She is settled at school and sees her nan on Sundays.")
    for box in group.locator("input[type=text]").all():
        box.fill("Ask about school first.")
    expect(group.locator(".app-autosave")).to_contain_text("Saved")


def test_an_audit_from_my_work_to_the_verified_action(person: Arrive, site: Site) -> None:
    auditor, practitioner = person("auditor"), person("practitioner")
    pk = site.audits["live"]

    auditor.is_on("My work")
    auditor.look("my-work")
    auditor.visit(f"/audits/{pk}/")
    auditor.look("audit-planned")
    propose_meeting(auditor, pk)
    accept_meeting(practitioner, pk)

    auditor.visit(f"/audits/{pk}/")
    auditor.sees("Start when you sit down together")
    auditor.press("Start the audit")
    audit_all_sections(auditor)
    add_own_view(practitioner, pk)
    judge(auditor)
    agree_actions(auditor)
    raise_concern(auditor, pk)
    submit(auditor, pk)

    do_action(practitioner)
    verify_action(person("team_manager"))


def propose_meeting(auditor: Person, pk: int) -> None:
    auditor.follow("Propose a meeting")
    auditor.look("meeting")
    page = auditor.page
    page.get_by_label("Day").fill("2026-11-12")
    page.get_by_label("Time").fill("14:00")
    page.get_by_label("Where").fill("Room 4")
    auditor.press("Propose this time")
    auditor.sees("Proposed. The other person has been told.")
    with page.expect_download() as saved:
        auditor.follow("Put it into my calendar")
    assert b"BEGIN:VCALENDAR" in saved.value.path().read_bytes()


def accept_meeting(practitioner: Person, pk: int) -> None:
    practitioner.visit("/notices/")
    practitioner.sees("Audit meeting proposed")
    practitioner.look("notices")
    practitioner.visit(f"/audits/{pk}/")
    practitioner.look("audit-for-the-practitioner")
    practitioner.page.get_by_role("button", name="Accept this time").first.click()
    practitioner.sees("The meeting is agreed")


def audit_all_sections(auditor: Person) -> None:
    page, number = auditor.page, 0
    while "/section/" in page.url:
        number += 1
        answer_section(page)
        auditor.look(f"section-{number}", tour="audit" if number == 2 else "")
        with page.expect_navigation():
            auditor.press("Save and continue")
    assert number > 3


def add_own_view(practitioner: Person, pk: int) -> None:
    practitioner.visit(f"/audits/{pk}/view/")
    practitioner.page.get_by_label("Inadequate").check()
    practitioner.page.get_by_label("What is your view?").fill("The plan is out of date. I agree.")
    practitioner.look("own-view")
    practitioner.page.get_by_role("main").get_by_role("button").first.click()
    expect(practitioner.page).to_have_url(f"{practitioner.site.address}/audits/{pk}/")


def judge(auditor: Person) -> None:
    """On a page that was opened before the practitioner added their view, which must not get lost."""
    page = auditor.page
    auditor.is_on("Judge together")
    took_part = page.get_by_role("group", name="take part?")
    took_part.get_by_label("No").check()
    expect(page.get_by_label("If it was not held in person, why?")).to_be_visible()
    took_part.get_by_label("Yes, in person").check()
    expect(page.get_by_label("If it was not held in person, why?")).to_be_hidden()
    page.get_by_label("What difference has the work made for the child?").fill("Life has not become safer.")
    page.get_by_role("group", name="Overall grade").get_by_label("Inadequate").check()
    page.get_by_label("Why this grade?").fill("The plan does not answer the worry.")
    page.get_by_role("group", name="agree on the grade").get_by_role("radio").first.check()
    auditor.look("judgement", tour="judgement")
    with page.expect_navigation():
        auditor.press("Save and continue")


def agree_actions(auditor: Person) -> None:
    page = auditor.page
    auditor.is_on("Agree the actions")
    page.get_by_label("What needs to happen?").fill("Rewrite the plan with the family.")
    page.get_by_label("How will we know").fill("A plan with dates is on the record.")
    page.get_by_label("By when?").fill("ASAP")
    auditor.press("Add this action")
    auditor.sees("There is a problem")
    auditor.look("action-refused")
    page.get_by_label("Who will do it?").select_option(index=1)
    page.get_by_label("By when?").fill("01/12/2026")
    auditor.press("Add this action")
    auditor.sees("Action added.")
    auditor.look("actions-of-the-audit")


def raise_concern(auditor: Person, pk: int) -> None:
    auditor.follow("Raise a concern now")
    auditor.look("concern-raised")
    auditor.page.get_by_role("textbox").first.fill("Nobody has seen her for three weeks.")
    auditor.press("Tell them now")
    auditor.sees("Go on with the audit")


def submit(auditor: Person, pk: int) -> None:
    auditor.visit(f"/audits/{pk}/submit/")
    auditor.is_on("Check and submit")
    auditor.sees("Everything is there")
    auditor.look("check-and-submit")
    auditor.press("Submit the audit")
    auditor.sees("Submitted.")
    auditor.look("audit-submitted")
    auditor.follow("Read the audit")
    auditor.sees("The plan is out of date. I agree.")
    auditor.look("audit-to-read")


def do_action(practitioner: Person) -> None:
    practitioner.visit("/actions/")
    practitioner.look("tracker", tour="actions")
    practitioner.follow("Rewrite the plan with the family.")
    practitioner.look("action")
    practitioner.follow("Mark as done")
    practitioner.page.get_by_role("textbox").first.fill("The plan is on the record, dated today.")
    practitioner.press("Mark as done")
    practitioner.sees("Marked as done")


def verify_action(manager: Person) -> None:
    manager.visit("/actions/")
    manager.follow("Rewrite the plan with the family.")
    manager.look("action-to-verify")
    manager.follow("Verify")
    manager.page.get_by_role("textbox").first.fill("She now knows who will visit.")
    manager.press("Verify")
    manager.sees("Verified")
