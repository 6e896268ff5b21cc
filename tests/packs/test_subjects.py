"""Whom work looks at: what a pack can say, what is wrong with it, and how the rules page tells it."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped


def content_with(activity: str, **values: Any) -> dict[str, Any]:
    """Sandwell's rules with something else said of one activity."""
    content = deepcopy(shipped("sandwell"))
    (found,) = (one for one in content["framework"]["activities"] if one["key"] == activity)
    found.update(values)
    for name in [name for name, value in values.items() if value is None]:
        del found[name]
    return content


def told(content: dict[str, Any]) -> list[str]:
    return [str(mistake) for mistake in mistakes_in(content)]


RULE = {"by": ["senior_manager"], "whose": ["team_manager"], "from": "own_group"}


@pytest.mark.parametrize(
    ("activity", "values", "said"),
    [
        (
            "service_visit",
            {"subjects": [RULE]},
            "Only an observation, an audit of supervision, a peer review",
        ),
        ("supervision_audit", {"subjects": [RULE, RULE]}, "“senior_manager” is there 2 times"),
        ("supervision_audit", {"subjects": [{**RULE, "by": ["chef"]}]}, "“chef” is not a role"),
        ("supervision_audit", {"subjects": [{**RULE, "whose": ["chef"]}]}, "“chef” is not a role"),
        ("supervision_audit", {"subjects": [{**RULE, "from": "next_door"}]}, "Choose one of: own_group"),
        ("supervision_audit", {"subjects": [{**RULE, "whose": ["director"]}]}, "“director” is above"),
        ("supervision_observation", {"same_person_as": "walk"}, "“walk” is not an activity that chooses"),
        ("supervision_observation", {"same_person_as": "supervision_observation"}, "is not an activity"),
        ("supervision_observation", {"subjects": None}, "does not say itself whom it looks at"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(activity: str, values: dict[str, Any], said: str) -> None:
    (mistake,) = told(content_with(activity, **values))
    assert said in mistake
    assert f"activities › {activity} › " in mistake


def test_the_quality_assurance_team_may_look_at_anybody() -> None:
    rule = {**RULE, "by": ["qa_officer"], "whose": ["director"], "from": "anywhere"}
    assert told(content_with("practice_observation", subjects=[rule])) == []


def test_the_rules_page_says_whom_each_role_looks_at() -> None:
    pack = parse("subjects", shipped("sandwell"))
    facts = {
        row["label"]: row["value"] for row in activity_facts(pack, pack.activity("supervision_observation"))
    }
    assert facts["Whom it is about"].splitlines() == [
        "Service manager: Team manager in their own supervision group (SAN-31, SAN-33)",
        "Head of service: Team manager in any part of the framework (SAN-33)",
        "The same person as in “Audit of a supervision file” of the month",
        "Whoever has waited longest comes first, and nobody twice running by the same person",
    ]
