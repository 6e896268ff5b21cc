"""A benchmarking exercise in a pack: what is wrong, told with its place."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from tests.factories.packs import shipped


@pytest.fixture
def content() -> dict[str, Any]:
    return deepcopy(shipped("sandwell"))


def exercise(content: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in content["framework"]["activities"] if one["kind"] == "benchmarking")


def told(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [(mistake.path, str(mistake)) for mistake in mistakes_in(content)]


@pytest.mark.clause("SAN-23")
def test_the_shipped_exercise_is_in_order_and_cited(content: dict[str, Any]) -> None:
    assert told(content) == []
    assert exercise(content)["clauses"] == ["SAN-23"]


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"started_by": ["qa_officer"]}, "started_by", "The quality assurance team chooses the case"),
        ({"grade_scheme": None}, "grade_scheme", "Without grades there is nothing to compare"),
        (
            {"tool": "caseload_check", "grade_scheme": "ofsted4"},
            "tool",
            "Grades of its sections are compared",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    content: dict[str, Any], changes: dict[str, Any], place: str, said: str
) -> None:
    exercise(content).update(changes)
    assert [path for path, text in told(content) if said in text] == [f"activities › benchmarking › {place}"]


def test_a_form_that_asks_for_actions_does_not_fit(content: dict[str, Any]) -> None:
    question = {"key": "next", "text": "What has to happen?", "type": "actions"}
    content["tools"]["case_file_audit"]["sections"][0]["questions"].append(question)
    said = [text for path, text in told(content) if path == "activities › benchmarking › tool"]
    assert "what has to follow is agreed by the group" in said[0]


def test_nobody_owes_a_number_of_exercises(content: dict[str, Any]) -> None:
    quota = {"role": "team_manager", "activity": "benchmarking", "per": "year", "amount": 1}
    content["framework"]["quotas"].append(quota)
    assert any("sets up an exercise and names who takes part" in text for _, text in told(content))
