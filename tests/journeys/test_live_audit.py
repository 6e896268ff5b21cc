"""The page on which two people spend ninety minutes: what they read stays as they left it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import DESKTOP, Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]


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
