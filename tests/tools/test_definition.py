"""A tool's file becomes questions with keys that answers are kept under."""

import copy

import pytest

from qaframework.tools.definition import content_hash, freeze, parse
from tests.factories.tools import FOUR_GRADES, tools_content


def definition(key="everything", **changes):
    content = freeze({**tools_content()[key], **changes}, [FOUR_GRADES])
    return parse(content_hash(content), content)


def test_equal_content_has_equal_hashes_whatever_the_order():
    content = freeze(tools_content()["everything"], [FOUR_GRADES])
    turned = dict(reversed(copy.deepcopy(content).items()))
    assert content_hash(content) == content_hash(turned)
    assert content_hash(content) != content_hash({**content, "minutes": 31})


def test_indicators_are_the_first_section():
    tool = definition()
    assert [section.key for section in tool.sections] == ["indicators", "daily_life", "details"]
    assert tool.question("chronology_useful").option_keys == ["yes", "partly", "no", "na"]
    assert tool.indicators == tool.sections[0].questions


def test_a_graded_section_asks_for_its_grade_last():
    tool = definition()
    section = tool.section("daily_life")
    assert tool.answer_keys(section)[-1] == section.grade_key == "grade__daily_life"
    grade = tool.question("grade__daily_life")
    assert grade.option_keys[:2] == ["outstanding", "good"]
    assert grade.option_keys[-2:] == ["not_enough_evidence", "not_applicable"]
    assert grade.options[0].descriptor == "Life is much better for the child."


def test_rows_repeat_the_questions_with_a_reference_each():
    tool = definition("visits")
    keys = tool.answer_keys(tool.section("visit"), 2)
    assert keys == ["row_ref__r1", "in_time__r1", "note__r1", "row_ref__r2", "in_time__r2", "note__r2"]
    assert tool.question("in_time__r4").text == "Was it in time?"


@pytest.mark.parametrize(
    "key", ["in_time", "in_time__r0", "in_time__r5", "in_time__r01", "in_time__rx", "nothing__r1", ""]
)
def test_a_row_tool_refuses_keys_outside_its_rows(key):
    with pytest.raises(KeyError):
        definition("visits").question(key)


@pytest.mark.parametrize("key", ["nothing", "story__r1", "grade__details"])
def test_a_plain_tool_refuses_keys_it_does_not_have(key):
    with pytest.raises(KeyError):
        definition().question(key)


def test_two_questions_of_one_key_are_refused():
    with pytest.raises(ValueError, match="chronology_useful"):
        definition(indicators=[{"key": "chronology_useful", "text": "One"}] * 2)


def test_a_graded_section_needs_a_grade_scheme():
    with pytest.raises(ValueError, match="no grade scheme"):
        definition(grade_scheme=None)


def test_an_unknown_section_is_a_key_error():
    with pytest.raises(KeyError):
        definition().section("nothing")
