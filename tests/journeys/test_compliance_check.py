"""A check that a manager starts: seven questions by keyboard, quick enough for each supervision (BED-21)."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.answers import all_are_saved, held
from tests.journeys.conftest import Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
IN_ORDER = ("religion", "ethnicity", "chronology", "assessment", "plan", "visit", "supervision")
REASON = "Last entry in June."


class Keyboard:
    """Counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.presses += len(text)

    def tab_to(self, selector: str) -> None:
        for _ in range(6):
            self.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"{selector} is not among the next things that the Tab key reaches")


@pytest.mark.clause("BED-21")
def test_a_compliance_check_takes_seven_answers_and_few_keys(person: Arrive, site: Site) -> None:
    auditor = person("auditor")
    page = auditor.page
    auditor.visit("/my-work/")
    auditor.follow("Start a piece of work")
    auditor.look("what-to-start")
    auditor.follow("Case check")
    auditor.press("Start")
    expect(page.get_by_role("alert")).to_contain_text("Give the reference of the case")
    auditor.look("start-refused")
    page.get_by_label("Case reference of the child").fill("C200500")
    auditor.press("Start")
    expect(page.get_by_role("main")).to_contain_text("In the case register")
    address = page.url
    auditor.visit(f"{urlsplit(address).path}section/basics/")
    reason = page.get_by_label("What is missing from the chronology?")
    expect(reason).to_be_hidden()
    auditor.look("compliance-check")
    page.reload()
    expect(page.locator(".app-autosave").first).to_be_attached()

    keys = Keyboard(page)
    keys.press("Tab")
    keys.press("Enter")
    for question in IN_ORDER:
        keys.tab_to(f"[name={question}]")
        if question != "chronology":
            keys.press("Space")
            continue
        keys.press("ArrowDown")
        expect(reason).to_be_visible()
        keys.press("Tab")
        expect(reason).to_be_focused()
        keys.type(REASON)
    all_are_saved(page)
    answers = {name: value for name, value in held(page).items() if value}
    yes = dict.fromkeys(IN_ORDER, "yes")
    assert answers == yes | {"chronology": "no", "chronology_reason": REASON}
    assert keys.presses - len(REASON) < 3 * len(IN_ORDER)
    keys.tab_to(".app-actions button")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page).to_have_url(re.compile(r"/actions/"))
    auditor.visit(urlsplit(address).path)
    expect(page.get_by_role("main")).to_contain_text("Complete")
    auditor.visit(f"{urlsplit(address).path}hand-in/")
    expect(page.get_by_role("main")).to_contain_text("“What is to be done about the chronology?” needs")
