"""Nothing that was typed is lost: two people at one answer, a session that ends, a connection that goes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
SECTION = "child_and_family"
STORY = "#id_child_and_family_story"


def open_section(somebody: Person, audit: int) -> Locator:
    somebody.visit(f"/audits/{audit}/section/{SECTION}/")
    return somebody.page.locator(STORY)


def is_saved(somebody: Person) -> None:
    expect(somebody.page.locator(f"{STORY}_group .app-autosave")).to_contain_text("Saved")


def test_two_browsers_that_save_one_answer_show_both_texts(person: Arrive, site: Site) -> None:
    here, there = person("auditor"), person("auditor")
    audit = site.audits["two browsers"]
    mine, theirs = open_section(here, audit), open_section(there, audit)
    theirs.fill("He lives with his aunt.")
    is_saved(there)
    mine.fill("He lives with his nan.")
    choice = here.page.locator(f"{STORY}_group").get_by_role("region", name="Two versions of this answer")
    expect(choice).to_contain_text("He lives with his aunt.")
    expect(choice).to_contain_text("He lives with his nan.")
    here.look("two-texts")
    choice.get_by_role("button").first.click()
    is_saved(here)
    expect(open_section(there, audit)).to_have_value("He lives with his nan.")


def test_a_session_that_ends_in_mid_audit_loses_nothing(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["signed out"]
    story = open_section(auditor, audit)
    story.fill("Before the session ended.")
    is_saved(auditor)
    auditor.context.clear_cookies(name="sessionid")
    story.fill("Typed after the session had ended.")
    auditor.sees("you have been signed out")
    auditor.look("signed-out-in-an-audit")
    auditor.follow("Sign in again")
    auditor.fill_in_sign_in("auditor")
    expect(story).to_have_value("Typed after the session had ended.")
    is_saved(auditor)
    expect(open_section(person("auditor"), audit)).to_have_value("Typed after the session had ended.")


def test_what_is_typed_without_a_connection_is_saved_when_it_is_back(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["cut off"]
    story = open_section(auditor, audit)
    auditor.context.set_offline(True)
    story.fill("Typed on a train.")
    auditor.sees("Not saved yet – we will try again")
    auditor.context.set_offline(False)
    is_saved(auditor)
    expect(open_section(person("auditor"), audit)).to_have_value("Typed on a train.")


def test_a_section_is_answered_from_the_keyboard_alone(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["keyboard"]
    open_section(auditor, audit)
    page = auditor.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, STORY)
    page.keyboard.type("Typed without a mouse.")
    tab_to(page, "input[type=radio]")
    is_saved(auditor)
    page.keyboard.press("Space")
    expect(page.locator("input[type=radio]:focus")).to_be_checked()
    tab_to(page, "form .app-actions button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).not_to_have_url(f"{site.address}/audits/{audit}/section/{SECTION}/")


def tab_to(page: Page, selector: str) -> None:
    """Go on with the Tab key until the element has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")
