"""What people are asked after an audit: what a pack can say of it, what is wrong, and how it is told."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.library import tools_named_in
from qaframework.packs.reading import hash_of
from qaframework.packs.survey_wording import survey_facts
from tests.factories.packs import shipped

FORM = "staff_survey_after_audit"


@pytest.fixture
def content() -> dict[str, Any]:
    return deepcopy(shipped("lancashire"))


def questions(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["tools"][FORM]["sections"][0]["questions"]


@pytest.mark.parametrize("name", ["lancashire", "sandwell"])
def test_the_form_comes_from_the_library(name: str) -> None:
    content = shipped(name)
    assert mistakes_in(content) == []
    assert FORM in tools_named_in(content["framework"])
    assert "survey" not in shipped("windsor")["framework"]


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"tool": "nothing"}, "survey › tool", "“nothing” is not a tool of the pack."),
        ({"minutes": "nothing"}, "survey › minutes", "“nothing” is not a question of the form."),
        ({"minutes": "fair"}, "survey › minutes", "“fair” does not ask for a number."),
        ({"open_for": "48 hours"}, "survey › open_for", "48 hours"),
        ({"tool": "dip_missing", "minutes": "x"}, "survey › tool", "It is one person’s short form."),
        ({"tool": "case_file_audit", "minutes": "x"}, "survey › tool", "nobody grades"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    content: dict[str, Any], changes: dict[str, str], place: str, said: str
) -> None:
    content["tools"] |= tools_named_in({"activities": [{"tool": "dip_missing"}, {"tool": "case_file_audit"}]})
    content["framework"]["survey"] |= changes
    told = [str(mistake) for mistake in mistakes_in(content) if mistake.path == place]
    assert any(said in one for one in told), mistakes_in(content)


@pytest.mark.parametrize("kind", ["person", "sign_off", "date", "actions", "pick_several", "three_boxes"])
def test_nothing_is_asked_that_would_say_who_answers_or_cannot_be_added_up(
    content: dict[str, Any], kind: str
) -> None:
    asked = {"key": "who", "text": "Who?", "type": kind}
    if kind == "pick_several":
        asked["options"] = [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]
    content["tools"] = {**content["tools"], FORM: deepcopy(content["tools"][FORM])}
    questions(content).append(asked)
    (mistake,) = mistakes_in(content)
    assert mistake.path == "survey › tool"
    assert "“who” cannot be answered without a name, or added up." in mistake.problem


def test_everybody_is_asked_everything(content: dict[str, Any]) -> None:
    content["tools"] = {**content["tools"], FORM: deepcopy(content["tools"][FORM])}
    questions(content)[-1]["shown_if"] = [{"question": "prepared", "is": ["no"]}]
    (mistake,) = mistakes_in(content)
    assert "“better” waits for another answer." in mistake.problem


def test_the_rules_page_says_who_is_asked_and_that_no_name_is_kept() -> None:
    content = shipped("lancashire")
    pack = parse(hash_of(content), content)
    told = {fact["label"]: fact["value"] for fact in survey_facts(pack)}
    assert told["Survey after an audit"] == (
        "Auditor and social worker are asked “What auditing was like” for 4 weeks from the day on which the "
        "grade is final. Nobody has to answer, and who answered what is not kept"
    )
