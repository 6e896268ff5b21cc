"""The quality assurance team builds and changes audit tools; work goes on while they do."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import SIZES, Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
ASKED, ASKED_BETTER = "How was the child part of it?", "In which way did the child take part?"
# Gives the auditor one more observation of a meeting, by the rules of the day.
NEW_WORK = "from tests.journeys.server import new_meeting; print(new_meeting())"


def look(somebody: Person, name: str) -> None:
    """As every page; and at 400 per cent, when a window of 1280 to 1024 pixels holds no more than this."""
    somebody.look(name, sizes={**SIZES, "-zoomed": {"width": 320, "height": 256}})


def main(somebody: Person) -> Locator:
    return somebody.page.get_by_role("main")


def choose(somebody: Person, label: str) -> None:
    main(somebody).get_by_label(label, exact=True).check()


def add_question(officer: Person, section: str, text: str, kind: str) -> None:
    """Leaves the officer on the page on which the question is settled."""
    officer.follow(f"Add a question to {section}")
    officer.page.get_by_label("What is the question?").fill(text)
    choose(officer, kind)
    officer.press("Continue")
    expect(officer.page.get_by_role("link", name="Change the kind of answer")).to_be_visible()


def test_a_tool_is_built_from_a_copy_until_nothing_stops_it(person: Arrive) -> None:
    officer = person("qa_officer")
    page = officer.page
    begin_from_a_copy(officer)
    add_section(officer)

    add_question(officer, "Coming home", "Was the child offered a talk?", "Yes or no")
    officer.press("Save")
    add_question(officer, "Coming home", "Why not?", "A longer text")
    look(officer, "builder-question")
    officer.press("Save")
    add_question(officer, "Coming home", "Who talked with the child?", "One choice from a list")
    officer.press("Save")
    add_question(officer, "Coming home", "Signature of the practitioner", "A sign-off: who signed, and when")
    choose(officer, "The person it is about")
    look(officer, "builder-sign-off")
    officer.press("Save")

    let_it_wait(officer, "Why not?", "Was the child offered a talk?", "No")
    move_by_keyboard(officer, "Move up: Why not?")
    what_stops_it(officer)
    mend(officer)

    officer.follow("Preview")
    officer.is_on("Preview: A look at coming home")
    officer.sees("Only if the answer to “Was the child offered a talk?” is No.")
    officer.sees("The person this is about signs on their own page, once this has been handed in.")
    look(officer, "builder-preview")
    page.go_back()
    publish(officer, "2027-04-01")
    officer.sees("is published in version")
    officer.sees("No activity uses it yet.")
    look(officer, "builder-published")


def begin_from_a_copy(officer: Person) -> None:
    officer.visit("/tools/")
    look(officer, "builder-tools")
    officer.page.get_by_role("link", name=re.compile("Add a tool to Lancashire")).click()
    look(officer, "builder-new-tool")
    choose(officer, "With a copy of another tool")
    officer.page.get_by_label("What is it called?").fill("A look at coming home")
    officer.page.get_by_label("Which tool is copied?").select_option(label="Practice week note")
    officer.press("Begin the draft")
    officer.is_on("Draft: A look at coming home")


def begin_draft(officer: Person, tool: str, of: str = "Lancashire") -> None:
    """Of a tool of the framework, from the list of all tools."""
    officer.visit("/tools/")
    tools = officer.page.locator(f"h2:has-text('{of}') ~ ul")
    tools.get_by_role("link", name=tool, exact=True).first.click()
    officer.press("Change this tool")


def add_section(officer: Person) -> None:
    officer.follow("Add a section")
    officer.press("Add the section")
    officer.sees("There is a problem")
    look(officer, "builder-section-refused")
    officer.page.get_by_label("What is its heading?").fill("Coming home")
    officer.page.get_by_label("What does good look like?").fill(
        "The child was asked, and what they said is there."
    )
    choose(officer, "It gets a grade of its own")
    officer.press("Add the section")


def let_it_wait(officer: Person, question: str, earlier: str, answer: str) -> None:
    officer.follow(f"Change: {question}")
    main(officer).get_by_role("link", name=re.compile("^Only if an earlier answer")).first.click()
    officer.page.get_by_label("On the answer to which question").select_option(label=earlier)
    officer.press("Continue")
    choose(officer, "One of the answers below")
    choose(officer, answer)
    look(officer, "builder-condition")
    officer.press("Save")
    officer.sees(f"“{earlier}” is {answer}")
    officer.follow("Draft: A look at coming home")


def move_by_keyboard(officer: Person, name: str) -> None:
    officer.page.locator("button", has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")).focus()
    officer.page.keyboard.press("Enter")
    officer.page.wait_for_url("**#question-*")


def what_stops_it(officer: Person) -> None:
    stops = officer.page.get_by_role("region", name="What stops it from being published")
    expect(stops).to_contain_text("It is graded, and the tool has no grade scheme.")
    expect(stops).to_contain_text("so the two could wait for each other")
    expect(stops).to_contain_text("Give at least two choices.")
    look(officer, "builder-what-stops-it")
    officer.follow("Publish")
    expect(officer.page.get_by_label("From which day")).to_have_count(0)
    officer.sees("What stops it from being published")
    look(officer, "builder-cannot-publish")
    officer.follow("Draft: A look at coming home")


def mend(officer: Person) -> None:
    page = officer.page
    move_by_keyboard(officer, "Move down: Why not?")
    stops = page.get_by_role("region", name="What stops it from being published")
    expect(stops).not_to_contain_text("wait for each other")
    stops.get_by_role("link", name=re.compile("Who talked with the child")).click()
    page.get_by_label("Choice 1", exact=True).fill("A stranger to the family")
    page.get_by_label("Choice 2", exact=True).fill("Their own worker")
    officer.press("Save")
    stops.get_by_role("link", name="“Coming home”", exact=True).click()
    main(officer).get_by_label("It gets a grade of its own").uncheck()
    officer.press("Save")
    expect(stops).to_have_count(0)
    look(officer, "builder-draft")


def publish(officer: Person, day: str) -> None:
    officer.follow("Publish")
    officer.page.get_by_label("From which day").fill(day)
    officer.page.get_by_label("What changes, and why?").fill("Agreed at the practice board.")
    look(officer, "builder-publish")
    officer.press("Publish")


def test_new_work_has_the_new_version_and_work_under_way_keeps_its_own(person: Arrive, site: Site) -> None:
    officer, auditor = person("qa_officer"), person("auditor")
    under_way = f"/observations/{site.audits['meeting']}/section/meeting/"
    auditor.visit(under_way)
    auditor.sees(ASKED)

    begin_draft(officer, "Observation of a meeting", of="Bedford")
    officer.follow(f"Change: {ASKED}")
    officer.page.get_by_label("What is the question?").fill(ASKED_BETTER)
    officer.press("Save")
    publish(officer, "2026-11-10")
    officer.sees("is published in version")

    new = site.manage("shell", "-c", NEW_WORK)
    auditor.visit(f"/observations/{new.splitlines()[-1]}/section/meeting/")
    auditor.sees(ASKED_BETTER)
    auditor.visit(under_way)
    auditor.sees(ASKED)
    expect(auditor.page.get_by_text(ASKED_BETTER)).to_have_count(0)


def test_of_two_people_in_the_builder_the_second_sees_both_texts(person: Arrive) -> None:
    officer, manager = person("qa_officer"), person("qa_manager")
    begin_draft(officer, "Practice week note")
    address = officer.page.url.removeprefix(officer.site.address)
    question = "What do you want to celebrate?"
    for somebody in (officer, manager):
        somebody.visit(address)
        somebody.follow(f"Change: {question}")
    for somebody, words in ((officer, "What was done well?"), (manager, "What made you proud?")):
        somebody.page.get_by_label("What is the question?").fill(words)
        somebody.press("Save")
    manager.sees("What it says now")
    manager.sees("What was done well?")
    expect(manager.page.get_by_label("What is the question?")).to_have_value("What made you proud?")
    look(manager, "builder-two-texts")
    manager.press("Save")
    manager.visit(address)
    manager.sees("What made you proud?")
    manager.follow("Discard the draft")
    main(manager).get_by_role("button").first.click()
