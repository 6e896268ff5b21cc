"""Every type of question takes its right answers, refuses wrong ones in words, and reads well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.tools.conditions import is_blank
from qaframework.tools.forms import parse_value
from qaframework.tools.values import AnswerInvalid, check_value, text_of
from tests.tools.test_definition import definition

TOOL = definition()
BOXES = {"well": "School", "worried": "", "needs": "A visit"}

RIGHT = [
    ("seen", "yes", "yes", "Yes"),
    ("plan_current", "na", "na", "Not applicable"),
    ("plan_smart", "partly", "partly", "Partly"),
    ("visit_grade", "good", "good", "Good"),
    ("visit_grade", "not_enough_evidence", "not_enough_evidence", "Not enough evidence"),
    ("confidence", "7", 7, "7"),
    ("label", "  Steady ", "Steady", "Steady"),
    ("story", "One\r\n\r\nTwo", "One\n\nTwo", "One\n\nTwo"),
    ("three", BOXES, BOXES, "What is working well?\nSchool\n\nWhat needs to happen?\nA visit"),
    ("visited_on", "2026-11-09", "2026-11-09", "9 November 2026"),
    ("visited_on", "9/11/2026", "2026-11-09", "9 November 2026"),
    ("visits", "4", 4, "4"),
    ("visits", "4.5", 4.5, "4.5"),
    ("cause", "court", "court", "Waiting for court"),
    ("themes", ["voice", "fathers"], ["voice", "fathers"], "The child's voice, Fathers"),
]


@pytest.mark.parametrize(("key", "raw", "value", "words"), RIGHT)
def test_what_is_typed_becomes_a_value_and_reads_back(key, raw, value, words):
    question = TOOL.question(key)
    assert parse_value(question, raw) == value
    assert text_of(question, value) == words


WRONG = [
    ("seen", "partly", "Select one of: Yes, No."),
    ("plan_smart", "maybe", "Select one of: Yes, Partly, No, Not applicable."),
    ("visit_grade", "strong", "Select one of: Outstanding, Good"),
    ("confidence", "11", "10 or less"),
    ("confidence", "6.5", "in figures"),
    ("confidence", "many", "in figures"),
    ("label", "x" * 301, "300 characters or fewer. It has 301"),
    ("story", "x" * 20_001, "20,000 characters"),
    ("visited_on", "31/11/2026", "real date"),
    ("visited_on", "soon", "real date"),
    ("visited_on", "0202-11-09", "between 1900 and 2100"),
    ("visits", "-1", "0 or more"),
    ("visits", "61", "60 or less"),
    ("visits", "nan", "in figures"),
    ("visits", "1e999", "in figures"),
    ("cause", "weather", "A new practitioner, Waiting for court"),
    ("themes", ["voice", "weather"], "The child's voice, Fathers"),
    ("themes", ["voice", "voice"], "each answer once"),
    ("three", {"well": "x" * 20_001}, "20,000 characters"),
]


@pytest.mark.parametrize(("key", "raw", "message"), WRONG)
def test_a_wrong_answer_is_refused_with_what_would_be_right(key, raw, message):
    with pytest.raises(AnswerInvalid) as refused:
        parse_value(TOOL.question(key), raw)
    assert message in refused.value.message


WRONG_JSON = [
    ("seen", True),
    ("seen", None),
    ("seen", ["yes"]),
    ("story", 3),
    ("story", []),
    ("story", "a\x00b"),
    ("visits", "4"),
    ("visits", True),
    ("visits", float("inf")),
    ("visited_on", 20261109),
    ("visited_on", "20261109"),
    ("three", "all well"),
    ("three", {"well": "School"}),
    ("three", {**BOXES, "more": ""}),
    ("three", {**BOXES, "well": 3}),
    ("themes", "voice"),
    ("themes", [["voice"]]),
]


@pytest.mark.parametrize(("key", "value"), WRONG_JSON)
def test_a_value_of_another_type_is_refused(key, value):
    with pytest.raises(AnswerInvalid):
        check_value(TOOL.question(key), value)


@pytest.mark.parametrize("key", [question.key for one in TOOL.sections for question in one.questions])
def test_every_answer_can_be_emptied(key):
    question = TOOL.question(key)
    nothing = [""] if key == "themes" else {"well": " "} if key == "three" else "  "
    value = parse_value(question, nothing)
    assert is_blank(value)
    assert text_of(question, value) == ""


@given(st.text())
def test_any_text_is_one_value_however_often_it_is_read(text):
    story = TOOL.question("story")
    value = parse_value(story, text)
    assert parse_value(story, value) == value
    assert "\r" not in value
    assert "\x00" not in value
