"""Filling in a section, and what its fields hold: to compare what was typed with what is there afterwards."""

from playwright.sync_api import Page, expect

HELD = """() => Object.fromEntries(
  [...document.querySelectorAll(".app-question :is(textarea, select, input:not([type=hidden]))")]
    .filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked)
    .map((one) => [one.type === "checkbox" ? `${one.name} ${one.value}` : one.name, one.value]))"""


def fill_in(page: Page, words: str) -> dict[str, str]:
    """Answer every question of the section that is open, each differently; what its fields hold then."""
    for number, group in enumerate(page.locator(".app-question").all()):
        if group.get_by_role("radio").count():
            group.get_by_role("radio").nth(number % 2).check()
        for place, box in enumerate(group.get_by_role("textbox").all()):
            box.fill(f"{words} {number}.{place}")
    return held(page)


def held(page: Page) -> dict[str, str]:
    """Every answer that the fields of the page hold, by name."""
    found: dict[str, str] = page.evaluate(HELD)
    return found


def all_are_saved(page: Page) -> None:
    """The bar that is always in sight says so, and nothing is kept back in the browser."""
    expect(page.locator("[data-saved]")).to_contain_text("All saved")
    waiting = "Object.keys(localStorage).filter((key) => key.startsWith('answer:')).length"
    assert page.evaluate(waiting) == 0
