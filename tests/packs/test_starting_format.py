"""What somebody may start: what a pack can say of it, what is wrong, and how the rules page tells it."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.differences import differences
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts, rule_facts
from tests.factories.packs import shipped


@pytest.fixture
def content() -> dict[str, Any]:
    return deepcopy(shipped("bedford"))


def activity(content: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in content["framework"]["activities"] if one["key"] == key)


@pytest.mark.parametrize(
    ("key", "changes", "place", "said"),
    [
        ("compliance_check", {"started_by": ["lado"]}, " › started_by", "“lado” is not a role."),
        ("case_file_audit", {"started_by": ["iro"]}, " › started_by", "Nobody chooses the case of an audit"),
        ("meeting_observation", {"started_by": ["iro"], "is_dated_later": True}, " › started_by", "together"),
        (
            "compliance_check",
            {"midway": [{"reviews_every": "6 months", "owed_by": ["iro"]}]},
            "",
            "midway, started_by stand side by side.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    content: dict[str, Any], key: str, changes: dict[str, Any], place: str, said: str
) -> None:
    activity(content, key).update(changes)
    (mistake,) = mistakes_in(content)
    assert mistake.path == f"activities › {key}{place}"
    assert said in str(mistake)


@pytest.mark.parametrize(
    ("key", "tools", "said"),
    [
        ("dip_sample", ["dip_walks"], "“dip_walks” is not a tool of the pack."),
        ("dip_sample", ["learning_space"], "“learning_space” is not a form with one row or more."),
        ("observation", ["dip_missing"], "Only a dip sample that is not drawn has forms to choose from."),
    ],
)
def test_a_mistake_in_other_forms_is_told(key: str, tools: list[str], said: str) -> None:
    content = deepcopy(shipped("lancashire"))
    activity(content, key)["other_tools"] = tools
    (mistake,) = mistakes_in(content)
    assert mistake.path == f"activities › {key} › other_tools"
    assert said in str(mistake)


def test_the_rules_page_names_the_other_forms() -> None:
    content = shipped("lancashire")
    pack = parse(hash_of(content), content)
    told = {fact["label"]: fact["value"] for fact in activity_facts(pack, pack.activity("dip_sample"))}
    assert "Dip sample: fathers" in told["Or on one of these forms"].splitlines()


def test_people_are_chosen_only_for_a_review_that_somebody_starts(content: dict[str, Any]) -> None:
    rules = activity(content, "compliance_check")
    del rules["started_by"]
    rules["midway"] = [{"reviews_every": "6 months", "owed_by": ["iro"]}]
    (mistake,) = mistakes_in(content)
    assert "a review of a case that somebody starts is about a person" in str(mistake)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"activity": "case_file_audit"}, "“case_file_audit” is not an activity of the kind case_review."),
        ({"activity": None}, "Reviews of one case are of several sorts."),
        ({"question": "religion", "answers": ["no"]}, "A question goes with neither times nor activity."),
    ],
)
def test_a_mistake_in_what_counts_is_told(
    content: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    rule = next(one for one in content["framework"]["coverage"] if one["key"] == "compliance_checks")
    rule.update(changes)
    for name in [name for name, value in rule.items() if value is None]:
        del rule[name]
    told = [str(mistake) for mistake in mistakes_in(content) if mistake.path.startswith("coverage")]
    assert any(said in mistake for mistake in told)


def test_the_rules_page_says_who_may_start_one_and_how_many_are_asked_for(content: dict[str, Any]) -> None:
    pack = parse(hash_of(content), content)
    told = {fact["label"]: fact["value"] for fact in activity_facts(pack, pack.activity("compliance_check"))}
    assert told["Who may start one"] == (
        "Team manager and Advanced practitioner, when they see fit. They say which case, out of those that "
        "they may open"
    )
    assert told["Allocated"] == "When somebody starts it"
    assert told["Due"] == "5 working days after it is allocated"
    assert told["Whom it is about"] == (
        "Team manager and Advanced practitioner: Social worker and Advanced practitioner in their own "
        "supervision group (BED-06)"
    )
    assert "Who audits" not in told
    asked = {fact["label"]: fact["value"] for fact in rule_facts(pack)}
    assert asked["Had compliance checks"] == (
        "Social worker and Advanced practitioner: at least twice in 1 month (BED-06)"
    )


def test_a_change_is_told_in_words(content: dict[str, Any]) -> None:
    changed = deepcopy(content)
    activity(changed, "compliance_check")["started_by"] = ["team_manager"]
    told = [(one.place, one.before, one.after) for one in differences(content, changed)]
    assert told == [
        ("activities › compliance check › started by", "team_manager, advanced_practitioner", "team_manager")
    ]
