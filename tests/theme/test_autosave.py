"""Answers are saved as they are typed, and none is lost on the way."""

import json

import pytest
from playwright.sync_api import expect

from tests.theme.conftest import ADDRESS, Site

pytestmark = pytest.mark.journey

FIELD = """
<form method="post" action="/next/">
  <div class="govuk-form-group">
    <label for="a">Evidence</label>
    <textarea id="a" name="a" data-autosave-url="/answers/1/?question_key=a" data-answer-version="3"
              data-question-key="a">first text</textarea>
  </div>
  <input type="hidden" name="version__a" value="3">
  <button>Save and continue</button>
</form>
"""
RADIOS = """
<fieldset>
  <legend>Grade</legend>
  <input type="radio" id="g1" name="g" value="good" data-autosave-url="/answers/1/?question_key=g"
         data-answer-version="0" data-question-key="g"><label for="g1">Good</label>
  <input type="radio" id="g2" name="g" value="inadequate" data-autosave-url="/answers/1/?question_key=g"
         data-answer-version="0" data-question-key="g"><label for="g2">Inadequate</label>
</fieldset>
"""
SCRIPTS = """
<template id="conflict-template">{% include "components/conflict.html" %}</template>
{% load static %}<script type="module" src="{% static 'js/autosave.js' %}"></script>
"""


def kept(site: Site) -> dict[str, str]:
    stored = site.page.evaluate("JSON.stringify(localStorage)")
    return {key: value for key, value in json.loads(stored).items() if key.startswith("answer:")}


@pytest.fixture
def audit(site: Site) -> Site:
    site.content = FIELD + RADIOS + SCRIPTS
    site.visit()
    return site


def test_what_is_typed_is_saved_with_the_version_it_was_read_at(audit: Site) -> None:
    audit.answer_next(200, version=4, saved_at="2026-11-10T14:02:00Z")
    audit.answer_next(200, version=5, saved_at="2026-11-10T14:03:00Z")
    audit.page.fill("#a", "second text")
    expect(audit.page.get_by_text("Saved 2:02pm")).to_be_visible()
    assert audit.posts == [{"version": "3", "value": "second text"}]
    assert audit.page.input_value("[name=version__a]") == "4"
    audit.page.fill("#a", "third text")
    expect(audit.page.get_by_text("Saved 2:03pm")).to_be_visible()
    assert audit.posts[1]["version"] == "4"
    assert kept(audit) == {}


def test_radio_buttons_of_one_question_are_one_answer(audit: Site) -> None:
    audit.answer_next(200, version=1, saved_at="2026-11-10T14:02:00Z")
    audit.answer_next(200, version=2, saved_at="2026-11-10T14:03:00Z")
    audit.page.check("#g1")
    expect(audit.page.get_by_text("Saved 2:02pm")).to_be_visible()
    audit.page.check("#g2")
    expect(audit.page.get_by_text("Saved 2:03pm")).to_be_visible()
    assert [post["version"] for post in audit.posts] == ["0", "1"]
    assert audit.posts[1]["value"] == "inadequate"


def test_without_a_connection_the_text_is_kept_and_sent_again(audit: Site) -> None:
    audit.fail_next()
    audit.page.fill("#a", "in the lift")
    expect(audit.page.get_by_text("Not saved yet – we will try again")).to_be_visible()
    assert "in the lift" in next(iter(kept(audit).values()))
    audit.answer_next(200, version=4, saved_at="2026-11-10T14:02:00Z")
    audit.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(audit.page.get_by_text("Saved 2:02pm")).to_be_visible()
    assert kept(audit) == {}


def test_after_the_session_ended_the_text_comes_back_and_is_sent(audit: Site) -> None:
    audit.answer_next(403)
    audit.page.fill("#a", "typed too late")
    expect(audit.page.get_by_role("link", name="Sign in again")).to_be_visible()
    audit.answer_next(200, version=4, saved_at="2026-11-10T14:02:00Z")
    audit.visit()
    expect(audit.page.locator("#a")).to_have_value("typed too late")
    expect(audit.page.get_by_text("Saved 2:02pm")).to_be_visible()
    assert audit.posts[-1] == {"version": "3", "value": "typed too late"}


def test_somebody_else_s_page_does_not_show_what_was_kept(audit: Site) -> None:
    audit.fail_next()
    audit.page.fill("#a", "mine alone")
    expect(audit.page.get_by_text("Not saved yet – we will try again")).to_be_visible()
    audit.page.evaluate("document.body.dataset.userId = '8'")
    assert all(key.startswith("answer:7:") for key in kept(audit))


@pytest.mark.parametrize(("button", "chosen"), [("Keep mine", "my text"), ("Use theirs", "their text")])
def test_two_texts_are_both_shown_and_the_person_chooses(audit: Site, button: str, chosen: str) -> None:
    audit.answer_next(409, mine="my text", theirs="their text", version=9, by="Priya Wexcombe")
    audit.page.fill("#a", "my text")
    conflict = audit.page.get_by_role("region", name="Two versions of this answer")
    expect(conflict).to_contain_text("Priya Wexcombe changed this answer")
    expect(conflict).to_contain_text("my text")
    expect(conflict).to_contain_text("their text")
    audit.answer_next(200, version=10, saved_at="2026-11-10T14:02:00Z")
    conflict.get_by_role("button", name=button).click()
    expect(audit.page.get_by_text("Saved 2:02pm")).to_be_visible()
    expect(conflict).to_have_count(0)
    assert audit.posts[-1] == {"version": "9", "value": chosen}


def test_two_texts_leave_the_keyboard_alone_until_the_button_asks_for_the_choice(audit: Site) -> None:
    audit.answer_next(409, mine="my text", theirs="their text", version=9, by="Priya Wexcombe")
    audit.page.fill("#a", "my text")
    conflict = audit.page.get_by_role("region", name="Two versions of this answer")
    expect(conflict).to_be_visible()
    expect(audit.page.locator("#a")).to_be_focused()
    audit.page.get_by_role("button", name="Save and continue").click()
    expect(conflict.get_by_role("button", name="Keep mine")).to_be_focused()
    assert len(audit.posts) == 1


def test_a_value_that_cannot_be_saved_says_why(audit: Site) -> None:
    audit.answer_next(422, message="Write at most 4,000 characters.")
    audit.page.fill("#a", "too much")
    expect(audit.page.get_by_text("Write at most 4,000 characters.")).to_be_visible()


def test_the_page_s_own_button_waits_for_what_is_on_its_way(audit: Site) -> None:
    audit.answer_next(200, version=4, saved_at="2026-11-10T14:02:00Z")
    audit.page.fill("#a", "last words")
    with audit.page.expect_request(f"{ADDRESS}/next/") as sent:
        audit.page.get_by_role("button", name="Save and continue").click()
    assert len(audit.posts) == 1
    assert "version__a=4" in (sent.value.post_data or "")


def test_signing_out_removes_what_was_kept_after_asking(audit: Site) -> None:
    audit.fail_next()
    audit.page.fill("#a", "not for the next person")
    expect(audit.page.get_by_text("Not saved yet – we will try again")).to_be_visible()
    audit.page.once("dialog", lambda dialog: dialog.dismiss())
    audit.page.get_by_role("button", name="Sign out").click()
    assert kept(audit) != {}
    audit.page.once("dialog", lambda dialog: dialog.accept())
    audit.page.get_by_role("button", name="Sign out").click()
    audit.page.wait_for_url(lambda url: not url.endswith("/audit/"))
    assert kept(audit) == {}
