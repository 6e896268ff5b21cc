"""What differs between two versions of a tool stands side by side, told apart by keys."""

from copy import deepcopy

import pytest

from qaframework.tools.building.changes import changes_between
from qaframework.tools.building.content import (
    Direction,
    drop_question,
    find_question,
    put_question,
    put_section,
    shift_question,
    shift_section,
)
from qaframework.tools.definition import freeze
from tests.factories.tools import FOUR_GRADES, tools_content

FRAMEWORK = {"grade_schemes": [FOUR_GRADES]}


@pytest.fixture
def tool():
    return tools_content()["everything"]


def changed(before, after):
    return [(one.place, one.kind, one.before, one.after) for one in changes_between(before, after)]


def reworded(tool, key, **values):
    return put_question(tool, {**find_question(tool, key)[1], **values})


def test_the_same_is_no_change(tool):
    assert changed(tool, deepcopy(tool)) == []


def test_better_words_stand_side_by_side(tool):
    assert changed(tool, reworded(tool, "label", text="In one word?")) == [
        ("Details: In one word?", "Reworded", "In a few words?", "In one word?")
    ]


def test_a_question_is_added_removed_and_moved_to_another_section(tool):
    question = find_question(tool, "label")[1]
    assert changed(tool, drop_question(tool, "label")) == [
        ("Details: In a few words?", "Removed", "A few words", "–")
    ]
    assert changed(drop_question(tool, "label"), tool) == [
        ("Details: In a few words?", "Added", "–", "A few words")
    ]
    assert changed(tool, put_question(tool, question, "daily_life")) == [
        ("Daily life now: In a few words?", "Moved", "In “Details”", "In “Daily life now”")
    ]


def test_of_a_new_order_only_what_moved_is_said(tool):
    moved = tool
    for _ in range(3):
        moved = shift_question(moved, "plan_current", Direction.DOWN)
    assert changed(tool, moved) == [
        ("Details: Is the plan current?", "Moved", "First", "After “How sure are you?”")
    ]
    assert changed(tool, shift_section(tool, "details", Direction.UP)) in (
        [("Section “Details”", "Moved", "After “Daily life now”", "First")],
        [("Section “Daily life now”", "Moved", "First", "After “Details”")],
    )


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("seen", {"required": False}, ("must be answered", "Yes", "No")),
        ("story", {"hint": "Three sentences."}, ("hint", "Two or three sentences.", "Three sentences.")),
        ("story", {"prompts": ["Who wakes the child?"]}, ("prompts", None, "Who wakes the child?")),
        ("visits", {"maximum": 20}, ("largest answer", "60", "20")),
        ("seen", {"type": "yes_no_na"}, ("kind of answer", "Yes or no", "Yes, no, not applicable")),
        ("story", {"gathers": "good_practice"}, ("gathered with", None, "good practice")),
        ("story", {"themes": ["fathers", "school"]}, ("topics", None, "fathers, school")),
        ("confidence", {"anchors": {"0": "No"}}, ("points of the scale", None, "0: No")),
        (
            "visits",
            {"shown_if": [{"question": "seen", "is": ["yes"]}]},
            ("asked only if", "–", "“Was the child seen alone?” is Yes"),
        ),
    ],
)
def test_what_a_question_says_beside_its_words(tool, key, values, said):
    ((place, kind, before, after),) = changed(tool, reworded(tool, key, **values))
    what, was, now = said
    assert place.endswith(f"({what})")
    assert (kind, after) == ("Changed", now)
    assert was is None or before == was


def test_who_signs_is_said_of_sign_offs_alone(tool):
    signed = reworded(tool, "seen", type="sign_off")
    assert changed(signed, reworded(signed, "seen", by="owner")) == []
    ((place, _, before, after),) = changed(signed, reworded(signed, "seen", by="worker"))
    assert place.endswith("(signed by)")
    assert (before, after) == ("Whoever fills in the form", "The person it is about")


def test_choices_stand_line_by_line(tool):
    options = [*find_question(tool, "themes")[1]["options"], {"key": "home", "label": "Home"}]
    ((_, _, before, after),) = changed(tool, reworded(tool, "themes", options=options))
    assert (before, after) == ("The child's voice\nFathers", "The child's voice\nFathers\nHome")


def test_what_sections_and_the_whole_tool_say(tool):
    section = {**tool["sections"][0], "title": "Daily life", "guidance": "Look.", "limiting": False}
    after = {**put_section(tool, section), "name": "All kinds", "minutes": 40, "overall": None}
    after["indicators"] = [{"key": "chronology_useful", "text": "The chronology helps"}]
    assert changed(tool, after) == [
        ("Name", "Changed", "Every kind of question", "All kinds"),
        ("Minutes", "Changed", "30", "40"),
        ("Overall grade", "Changed", "Yes (auditor judges)", "No"),
        ("Essentials", "Reworded", "The chronology is useful", "The chronology helps"),
        ("Section “Daily life”", "Reworded", "Daily life now", "Daily life"),
        (
            "Section “Daily life”: what good looks like",
            "Reworded",
            tool["sections"][0]["guidance"].strip(),
            "Look.",
        ),
        ("Section “Daily life”: grade", "Changed", "Graded, limits the overall grade", "Graded"),
    ]


def test_frozen_versions_also_say_what_the_grades_meant(tool):
    other = deepcopy(FRAMEWORK)
    other["grade_schemes"][0]["grades"][0]["descriptor"] = "Life is as it should be."
    ((place, _, before, after),) = changed(freeze(tool, FRAMEWORK), freeze(tool, other))
    assert place == "What the grades mean"
    assert "Life is much better" in before
    assert "Life is as it should be" in after
