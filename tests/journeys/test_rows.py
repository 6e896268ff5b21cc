"""Rows of a form are added at once: by mouse, by keyboard, on a phone; and nothing typed in them is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.answers import all_are_saved
from tests.journeys.conftest import PHONE, Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
# Puts the values of an answer where a browser keeps what has not reached the service.
KEEP = """([key, values]) => {
  const field = document.querySelector("[data-autosave-url]");
  const url = new URL(field.dataset.autosaveUrl, location);
  const shown = document.querySelector(`[data-question-key="${key}"]`);
  const version = shown?.dataset.answerVersion ?? "0";
  const place = `answer:${document.body.dataset.userId}:${url.pathname}?question_key=${key}`;
  localStorage.setItem(place, JSON.stringify({ values, version, at: Date.now() }));
}"""


def dip_sample(somebody: Person, site: Site) -> None:
    somebody.visit(f"/dip-samples/{site.objects['dip sample']['pk']}/section/visits/")


def row(page: Page, number: int) -> Locator:
    return page.locator(f"#row-{number}")


def focused_name(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_rows_of_a_dip_sample_are_added_up_to_the_most(person: Arrive, site: Site) -> None:
    auditor = person("auditor")
    dip_sample(auditor, site)
    page = auditor.page
    add = page.get_by_role("button", name="Add a row", exact=True)
    row(page, 5).get_by_role("textbox").first.fill("C900005")
    all_are_saved(page)
    page.evaluate(KEEP, ["row_ref__r6", ["C900006"]])
    page.reload()
    expect(row(page, 6).get_by_role("textbox").first).to_have_value("C900006")
    all_are_saved(page)
    add.click()
    assert focused_name(page) == "row_ref__r7"
    page.keyboard.type("C900007")
    row(page, 6).get_by_label("Child 6: Was the last visit in time").select_option("yes")
    all_are_saved(page)
    auditor.look("row-added")

    add.focus()
    page.keyboard.press("Enter")
    assert focused_name(page) == "row_ref__r8"
    for number in range(8, 10):
        page.keyboard.type(f"C90000{number}")
        add.press("Enter")
    expect(row(page, 10)).to_be_visible()
    expect(add).to_be_hidden()
    all_are_saved(page)
    page.reload()
    expect(row(page, 9).get_by_role("textbox").first).to_have_value("C900009")
    expect(row(page, 6).get_by_label("Child 6: Was the last visit in time")).to_have_value("yes")


def test_rows_that_did_not_reach_the_service_come_back_with_the_page(person: Arrive, site: Site) -> None:
    auditor = person("auditor")
    auditor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    pk = site.audits["meeting"]
    auditor.visit(f"/observations/{pk}/section/meeting/")
    page = auditor.page
    agencies = page.locator("#id_agencies\\.1\\.agency_group, .app-question:has([data-rows])").last
    add = agencies.get_by_role("button", name="Add another row")
    rows = agencies.locator("tbody tr")
    expect(rows).to_have_count(3)
    for number in (4, 5):
        add.click()
        assert focused_name(page) == f"agencies.{number}.agency"
    page.keyboard.type("Police")
    all_are_saved(page)
    auditor.look("rows-of-a-meeting")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    # As a browser leaves it that went down before it could send: three more rows, the last one filled.
    page.evaluate(KEEP, ["agencies", [*[""] * 12, "Police", *[""] * 8, "School nurse", "", ""]])
    page.reload()
    expect(agencies.get_by_label("Row 8: Agency")).to_have_value("School nurse")
    all_are_saved(page)
    page.reload()
    expect(agencies.get_by_label("Row 5: Agency")).to_have_value("Police")
    expect(agencies.get_by_label("Row 8: Agency")).to_have_value("School nurse")


def test_the_other_persons_rows_are_taken_whole(person: Arrive, site: Site) -> None:
    here, there = person("auditor"), person("auditor")
    pk = site.audits["meeting of two"]
    for somebody in (here, there):
        somebody.visit(f"/observations/{pk}/section/meeting/")
    theirs = there.page.locator(".app-question:has([data-rows])")
    had = theirs.locator("tbody tr").count()
    for _ in range(2):
        theirs.get_by_role("button", name="Add another row").click()
    there.page.keyboard.type("Housing")
    all_are_saved(there.page)
    mine = here.page.locator(".app-question:has([data-rows])")
    mine.get_by_label("Row 1: Agency").fill("Health visitor")
    choice = mine.get_by_role("region", name="Two versions of this answer")
    expect(choice).to_contain_text("Housing")
    choice.get_by_role("button", name="theirs").click()
    all_are_saved(here.page)
    expect(mine.get_by_label(f"Row {had + 2}: Agency")).to_have_value("Housing")
    here.page.reload()
    expect(mine.get_by_label(f"Row {had + 2}: Agency")).to_have_value("Housing")


def test_without_scripts_rows_are_added_by_saving(site: Site, person: Arrive, browser: object) -> None:
    auditor = person("auditor")
    state = auditor.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)  # type: ignore[attr-defined]
    plain = Person(context.new_page(), site)
    plain.visit(f"/observations/{site.audits['meeting of two']}/section/meeting/")
    plain.sees("More empty rows appear when these are filled and saved.")
    expect(plain.page.get_by_role("button", name="Add another row")).to_be_hidden()
    dip_sample(plain, site)
    before = plain.page.locator("tbody tr").count()
    add = plain.page.get_by_role("button", name="Save and add a row")
    if before < 10:
        add.click()
        expect(plain.page.locator("tbody tr")).to_have_count(before + 1)
    context.close()
