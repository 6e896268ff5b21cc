"""The pages on which two people spend ninety minutes together, one at a desk and one with a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import DESKTOP, PHONE, Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]


def guidance_of(somebody: Person) -> Locator:
    return somebody.page.locator(".app-guidance").first


def test_guidance_stays_open_or_closed_as_its_reader_left_it(person: Arrive, site: Site) -> None:
    auditor, page = person("auditor"), f"/audits/{site.audits['keyboard']}/section/"
    auditor.visit(f"{page}child_and_family/")
    expect(guidance_of(auditor)).to_have_attribute("open", "")
    guidance_of(auditor).locator("summary").press("Enter")
    expect(guidance_of(auditor)).not_to_have_attribute("open", "")
    prompts = auditor.page.locator(".app-prompts").first
    prompts.locator("summary").click()
    auditor.visit(f"{page}change/")
    expect(prompts).not_to_have_attribute("open", "")
    expect(guidance_of(auditor)).not_to_have_attribute("open", "")
    guidance_of(auditor).locator("summary").click()
    auditor.page.reload()
    expect(guidance_of(auditor)).to_have_attribute("open", "")
    expect(prompts).not_to_have_attribute("open", "")


def test_on_a_phone_guidance_opens_when_its_reader_opened_it_before(person: Arrive, site: Site) -> None:
    auditor, page = person("auditor"), f"/audits/{site.audits['keyboard']}/section/"
    auditor.page.set_viewport_size({"width": 390, "height": 844})
    auditor.visit(f"{page}child_and_family/")
    expect(guidance_of(auditor)).not_to_have_attribute("open", "")
    guidance_of(auditor).locator("summary").click()
    auditor.visit(f"{page}change/")
    expect(guidance_of(auditor)).to_have_attribute("open", "")
    auditor.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    auditor.press("Sign out")
    auditor.is_on("Sign in")
    assert not auditor.page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('reading:'))")


def open_page(somebody: Person, site: Site, path: str) -> None:
    somebody.visit(f"/audits/{site.audits['together']}/{path}")


def written(somebody: Person) -> Locator:
    """What the practitioner sees of the running audit."""
    return somebody.page.get_by_role("region", name="What is written so far")


def test_auditor_and_practitioner_work_on_one_audit_at_the_same_time(person: Arrive, site: Site) -> None:
    auditor, practitioner = person("auditor"), person("practitioner")
    open_page(auditor, site, "section/child_and_family/")
    story = auditor.page.locator("#id_child_and_family_story")
    story.fill("He lives")
    expect(auditor.page.locator("#id_child_and_family_story_group .app-autosave")).to_contain_text("Saved")
    practitioner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_page(practitioner, site, "view/")
    view = practitioner.page.get_by_label("What is your view?")

    story.fill("He lives with his nan.")
    view.press_sequentially("While the page follows, ")
    expect(written(practitioner)).to_contain_text("He lives with his nan.")
    view.press_sequentially("nothing that I type is lost.")
    expect(view).to_have_value("While the page follows, nothing that I type is lost.")
    practitioner.look("follow")
    practitioner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    open_page(auditor, site, "judgement/")
    theirs = auditor.page.get_by_role("textbox", name="The social worker’s view")
    expect(theirs).to_have_value("While the page follows, nothing that I type is lost.")
    practitioner.page.get_by_label("Good").check()
    hers = auditor.page.get_by_role("group", name="How does the social worker grade").get_by_label("Good")
    expect(hers).to_be_checked()
    view.fill("I have thought again.")
    expect(theirs).to_have_value("I have thought again.")
    auditor.look("judgement-with-the-practitioners-view")

    both_write_the_view_at_once(auditor, practitioner)
    expect(written(practitioner)).to_contain_text("Written down for her.")


def both_write_the_view_at_once(auditor: Person, practitioner: Person) -> None:
    """The auditor has begun to type when the practitioner's text comes: both are shown, and one is chosen."""
    theirs = auditor.page.get_by_role("textbox", name="The social worker’s view")
    auditor.page.route("**/judgement/answer/**", lambda route: route.abort())
    theirs.fill("Written down for her.")
    auditor.sees("Not saved yet – we will try again")
    mine = practitioner.page.get_by_label("What is your view?")
    mine.fill("My own words.")
    expect(written(practitioner)).to_contain_text("My own words.")
    auditor.page.unroute_all()
    auditor.page.evaluate("window.dispatchEvent(new Event('online'))")
    choice = auditor.page.get_by_role("region", name="Two versions of this answer")
    expect(choice).to_contain_text("Written down for her.")
    expect(choice).to_contain_text("My own words.")
    choice.get_by_role("button", name="Keep mine").click()
    expect(choice).to_have_count(0)
    practitioner.page.evaluate("document.activeElement.blur()")
    expect(mine).to_have_value("Written down for her.")


def test_a_page_out_of_sight_does_not_ask(person: Arrive, site: Site) -> None:
    practitioner = person("practitioner", has_own_clock=True)
    practitioner.visit(f"/audits/{site.objects['open audit']['pk']}/view/")
    asked: list[str] = []
    practitioner.page.on("request", lambda request: asked.append(request.url))
    hide = "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
    practitioner.page.evaluate(hide)
    practitioner.page.clock.run_for("00:20")
    assert not [url for url in asked if "/view/" in url]
    practitioner.page.evaluate("delete document.hidden")
    with practitioner.page.expect_request("**/view/stands/**"):
        practitioner.page.clock.run_for("00:06")
