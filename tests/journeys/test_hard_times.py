"""The server dies, the connection goes, people go back or press twice: every answer is there afterwards."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.answers import all_are_saved, fill_in, held
from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
SECTION = "daily_life"


def open_section(somebody: Person, audit: int) -> None:
    somebody.visit(f"/audits/{audit}/section/{SECTION}/")
    expect(somebody.page.locator(".app-autosave").first).to_be_attached()


def test_a_server_that_is_killed_in_mid_audit_loses_no_answer(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["killed"]
    page = auditor.page
    open_section(auditor, audit)
    before = fill_in(page, "Before the server died")
    all_are_saved(page)
    page.get_by_role("textbox").first.fill("On its way when the server died")
    site.server.kill()
    page.get_by_role("textbox").last.fill("Typed while there was no server")
    auditor.sees("Not saved yet – we will try again")
    typed = held(page)
    assert sum(typed[name] != before[name] for name in before) == 2
    site.server.start()
    all_are_saved(page)
    again = person("auditor")
    open_section(again, audit)
    assert held(again.page) == typed


def test_a_section_that_is_answered_without_a_connection_is_saved_when_it_is_back(
    person: Arrive, site: Site
) -> None:
    auditor, audit = person("auditor"), site.audits["cut off"]
    open_section(auditor, audit)
    auditor.context.set_offline(True)
    typed = fill_in(auditor.page, "Typed on a train")
    assert len(typed) > 4
    auditor.sees("No connection: ")
    auditor.sees("answers are not saved yet")
    auditor.press("Save and continue")
    auditor.sees("What you typed is kept here")
    assert held(auditor.page) == typed
    auditor.context.set_offline(False)
    all_are_saved(auditor.page)
    again = person("auditor")
    open_section(again, audit)
    assert held(again.page) == typed


def test_going_back_after_saving_shows_what_was_saved_and_takes_changes(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["back"]
    page = auditor.page
    open_section(auditor, audit)
    typed = fill_in(page, "Typed before going on")
    with page.expect_navigation():
        auditor.press("Save and continue")
    page.go_back()
    auditor.is_on("Daily life now")
    assert held(page) == typed
    page.get_by_role("textbox").first.fill("Changed after going back")
    all_are_saved(page)
    changed = held(page)
    with page.expect_navigation():
        auditor.press("Save and continue")
    expect(page.get_by_role("heading", level=1, name="Somebody else changed this first")).to_have_count(0)
    again = person("auditor")
    open_section(again, audit)
    assert held(again.page) == changed != typed


def test_an_audit_that_is_submitted_twice_is_submitted_once(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["ready"]
    other = auditor.context.new_page()
    for page in (auditor.page, other):
        page.goto(f"{site.address}/audits/{audit}/submit/")
    auditor.page.get_by_role("button", name="Submit the audit").dblclick()
    auditor.sees("Submitted.")
    other.get_by_role("button", name="Submit the audit").click()
    expect(other.get_by_text("Somebody changed or submitted this audit meanwhile.")).to_be_visible()
    auditor.visit(f"/audits/{audit}/read/")
    expect(auditor.page.get_by_text("Submitted by Delphine Marchbank")).to_be_visible()
    expect(auditor.page.get_by_text("version 1 of")).to_have_count(0)
