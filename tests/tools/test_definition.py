"""A tool's file becomes questions with keys that answers are kept under."""

import pytest

from qaframework.packs.reading import hash_of
from qaframework.tools.definition import freeze, parse
from tests.factories.tools import FOUR_GRADES, tools_content


def definition(key="everything", **changes):
    content = freeze({**tools_content()[key], **changes}, {"grade_schemes": [FOUR_GRADES]})
    return parse(hash_of(content), content)


def test_a_version_keeps_its_grades():
    tool = tools_content()["everything"]
    worse = {**FOUR_GRADES, "grades": FOUR_GRADES["grades"][:2]}
    four, fewer = {"grade_schemes": [FOUR_GRADES]}, {"grade_schemes": [worse]}
    assert hash_of(freeze(tool, four)) != hash_of(freeze(tool, fewer))
    other = {**FOUR_GRADES, "key": "other"}
    assert freeze(tool, four) == freeze(tool, {"grade_schemes": [other, FOUR_GRADES]})


def test_a_version_keeps_the_choices_and_standards_that_its_framework_gives_it():
    question = {"key": "kind", "text": "Which?", "type": "pick_one", "options_from": "meeting_types"}
    tool = {
        "key": "visit",
        "name": "Visit",
        "sections": [{"key": "a", "title": "A", "questions": [question]}],
        "indicators": [{"key": "prepared", "text": "Prepared"}],
    }
    supervision = {
        "key": "supervision",
        "label": "Supervision",
        "text": "It is regular.",
        "clauses": ["X-01"],
    }
    framework = {
        "grade_schemes": [],
        "meeting_types": [{"key": "panel", "label": "Panel"}, {"key": "review", "label": "Review"}],
        "standards": [
            {**supervision, "questions": {"visit": ["kind", "prepared"], "other": ["kind"]}},
            {**supervision, "key": "elsewhere", "questions": {"other": ["kind"]}},
        ],
    }
    content = freeze(tool, framework)
    kind = parse(hash_of(content), content).question("kind")
    assert [(option.key, option.label) for option in kind.options] == [
        ("panel", "Panel"),
        ("review", "Review"),
    ]
    assert [(one.key, one.text) for one in kind.standards] == [("supervision", "It is regular.")]
    assert parse(hash_of(content), content).question("prepared").standards == kind.standards
    assert freeze(tool, {**framework, "standards": []}).keys() == {*tool, "scheme"}


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
