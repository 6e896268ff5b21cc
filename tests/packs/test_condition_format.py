"""Slips in the conditions of a tool's questions are all named, each with what would be right."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from tests.factories.packs import shipped

Content = dict[str, Any]

GOOD = {"question": "seen", "is": ["no"]}


def content_with(*questions: Content) -> Content:
    content = deepcopy(shipped("lancashire"))
    tool = content["tools"]["practice_week_note"]
    tool["sections"][0]["questions"] = list(questions)
    del tool["sections"][1:]
    return content


def seen(**changes: Any) -> Content:
    return {"key": "seen", "text": "Was the child seen?", "type": "yes_no_na", **changes}


def why(*conditions: Content, **changes: Any) -> Content:
    return {"key": "why", "text": "Why?", "type": "long_text", "shown_if": list(conditions), **changes}


def said_of(*questions: Content) -> list[tuple[str, str]]:
    return [
        (one.path, f"{one.problem} {one.allowed}")
        for one in mistakes_in(content_with(*questions))
        if "standards" not in one.path
    ]


@pytest.mark.parametrize(
    "condition", [GOOD, {"question": "seen", "is": ["na", "yes"]}, {"question": "seen", "answered": False}]
)
def test_conditions_on_earlier_answers_are_right(condition):
    assert said_of(seen(), why(condition)) == []


def test_a_number_may_be_bounded():
    visits = {"key": "visits", "text": "How many visits?", "type": "number"}
    assert said_of(visits, why({"question": "visits", "at_least": 1, "at_most": 3})) == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"question": "why", "answered": True}, "could wait for each other"),
        ({"question": "nowhere", "answered": True}, "“nowhere” is not a question of the tool"),
        ({"question": "seen", "is": ["maybe"]}, "“maybe” is not an answer to it. Known here: yes, no, na"),
        ({"question": "seen", "at_least": 2}, "does not ask for a number"),
        ({"question": "seen"}, "one of: is; answered;"),
        ({"question": "seen", "is": ["no"], "answered": True}, "one of: is; answered;"),
        ({"question": "seen", "is": []}, "too few"),
        ({"is": ["no"]}, "“question” is missing"),
    ],
)
def test_a_wrong_condition_says_what_would_be_right(condition, said):
    found = said_of(seen(), why(condition))
    assert any(said in words for _, words in found), found
    assert all(path.startswith(("sections", "questions › why › shown_if")) for path, _ in found)


def test_two_questions_that_wait_for_each_other_are_refused():
    found = said_of(seen(shown_if=[{"question": "why", "answered": True}]), why(GOOD))
    assert [path for path, _ in found] == ["questions › seen › shown_if"]


def test_a_question_that_is_always_required_needs_no_condition_for_it():
    found = said_of(seen(), {**why(GOOD), "required": True, "required_if": [GOOD]})
    assert [path for path, _ in found] == ["questions › why › required_if"]
