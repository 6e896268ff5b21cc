"""Nothing that was typed is lost: two people at one answer, two tabs, a session that ends."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]
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


def test_who_has_gone_is_warned_and_then_signed_out_with_everything_kept(person: Arrive, site: Site) -> None:
    """The warning takes the focus out of the field, which must not count as somebody being there."""
    auditor, audit = person("auditor", has_own_clock=True), site.audits["signed out"]
    story = open_section(auditor, audit)
    story.click()
    auditor.page.keyboard.type("Typed before the auditor was called away.")
    auditor.page.clock.run_for("00:02")
    is_saved(auditor)
    auditor.page.clock.fast_forward("28:02")
    warning = auditor.page.get_by_role("dialog", name="You will be signed out soon")
    expect(warning).to_be_visible()
    auditor.page.clock.run_for("00:05")
    expect(warning).to_be_visible()
    auditor.page.clock.fast_forward("02:05")
    auditor.sees("You were signed out because the service had not been used for a while.")
    auditor.visit("/my-work/")
    auditor.is_on("Sign in")
    auditor.fill_in_sign_in("auditor")
    auditor.visit(f"/audits/{audit}/section/{SECTION}/")
    expect(story).to_have_value(re.compile("Typed before the auditor was called away."))


def test_a_form_that_is_sent_after_the_session_ended_comes_back_filled_in(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["signed out"]
    auditor.visit(f"/audits/{audit}/actions/")
    what = auditor.page.get_by_label("What needs to happen?")
    what.fill("Ask school how she is.")
    auditor.context.clear_cookies(name="sessionid")
    auditor.press("Add this action")
    auditor.is_on("You have been signed out")
    auditor.sees("Ask school how she is.")
    auditor.follow("Sign in again")
    auditor.fill_in_sign_in("auditor")
    expect(what).to_have_value("Ask school how she is.")
    auditor.sees("It has not been saved yet.")
    auditor.page.get_by_label("How will we know").fill("The record says so.")
    auditor.page.get_by_label("Who will do it?").select_option(index=1)
    auditor.page.get_by_label("By when?").fill("01/12/2026")
    auditor.press("Add this action")
    auditor.sees("Action added.")
    expect(what).to_have_value("")


def test_another_tab_does_not_take_an_unsaved_text_for_its_own(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["two tabs"]
    story = open_section(auditor, audit)
    other = auditor.context.new_page()
    other.goto(auditor.page.url)
    expect(other.locator(STORY)).to_be_visible()
    auditor.page.route("**/answer/**", lambda route: route.abort())
    story.fill("Typed while nothing came through.")
    auditor.sees("Not saved yet – we will try again")
    other.evaluate("window.dispatchEvent(new Event('focus'))")
    other.wait_for_load_state("networkidle")
    auditor.page.unroute_all()
    auditor.page.evaluate("window.dispatchEvent(new Event('online'))")
    is_saved(auditor)
    expect(open_section(person("auditor"), audit)).to_have_value("Typed while nothing came through.")


def test_a_link_to_what_is_missing_leads_to_a_field_in_sight(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["keyboard"]
    auditor.visit(f"/audits/{audit}/submit/")
    auditor.follow("Describe the difference the work has made for the child.")
    label = auditor.page.get_by_text("What difference has the work made for the child?")
    expect(label).to_be_in_viewport(ratio=1)
    bar = auditor.page.locator(".app-saved").bounding_box()
    place = label.bounding_box()
    assert bar is not None
    assert place is not None
    assert place["y"] > bar["y"] + bar["height"]
    expect(auditor.page.get_by_role("link", name="Raise a concern now")).to_be_in_viewport(ratio=1)


def test_nothing_stays_in_the_way_of_a_page_enlarged_four_times(person: Arrive, site: Site) -> None:
    auditor, audit = person("auditor"), site.audits["keyboard"]
    auditor.page.set_viewport_size({"width": 320, "height": 256})
    for path in (f"section/{SECTION}/", "judgement/"):
        auditor.visit(f"/audits/{audit}/{path}")
        for bar in (".app-saved", ".app-actions"):
            expect(auditor.page.locator(bar)).to_have_css("position", "static")
        assert auditor.page.evaluate("document.documentElement.scrollWidth") == 320


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
