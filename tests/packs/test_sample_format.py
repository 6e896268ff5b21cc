"""What a dip sample looks at: what a pack can say, what is wrong with it, and how the rules page tells it."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.differences import differences
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped


@pytest.fixture
def content() -> dict[str, Any]:
    return deepcopy(shipped("sandwell"))


def activity(content: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in content["framework"]["activities"] if one["key"] == key)


AUDITS = {"of": "audits", "count": 3, "within": "2 months"}


@pytest.mark.parametrize(
    ("key", "sample", "place", "said"),
    [
        ("qa_visit", AUDITS, "", "Only a dip sample can be drawn like this."),
        (
            "service_audit_check",
            {**AUDITS, "of": "meetings"},
            " › of",
            "“meetings” is not one of",
        ),
        ("service_audit_check", {**AUDITS, "from": "next_door"}, " › from", "“next_door” is not one of the"),
        ("service_audit_check", {"of": "audits", "count": 3}, " › within", "How far back"),
        ("service_audit_check", {**AUDITS, "count": 11}, " › count", "The tool has only 10 rows."),
        ("service_audit_check", {**AUDITS, "count": 0}, " › count", "0 is below 1"),
        ("service_audit_check", {**AUDITS, "of": "closed_loops"}, " › of", "no rule for closing the loop"),
        (
            "service_audit_check",
            {"of": "cases", "count": 3, "within": "1 month"},
            " › within",
            "not finished",
        ),
        (
            "service_audit_check",
            {**AUDITS, "cases": {"flags": ["send"]}},
            " › cases",
            "Only a sample of",
        ),
        ("service_audit_check", {"of": "worker_cases", "count": 3}, "", "Whose cases are looked at"),
        (
            "caseload_check",
            {"of": "worker_cases", "count": 3, "from": "framework"},
            " › from",
            "one person",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    content: dict[str, Any], key: str, sample: dict[str, Any], place: str, said: str
) -> None:
    activity(content, key)["sample"] = sample
    (mistake,) = mistakes_in(content)
    assert mistake.path == f"activities › {key} › sample{place}"
    assert said in str(mistake)


def test_rows_that_can_be_none_go_with_a_sample_that_is_drawn_and_with_no_other(
    content: dict[str, Any],
) -> None:
    content["tools"]["audit_quality_check"] = deepcopy(content["tools"]["audit_quality_check"])
    content["tools"]["audit_quality_check"]["rows"]["minimum"] = 1
    (mistake,) = mistakes_in(content)
    assert "needs rows even where nothing can be drawn" in str(mistake)
    del activity(content, "service_audit_check")["sample"]
    assert mistakes_in(content) == []
    content["tools"]["audit_quality_check"]["rows"]["minimum"] = 0
    (mistake,) = mistakes_in(content)
    assert "Only rows that the program draws can be none at all." in str(mistake)


@pytest.mark.parametrize(
    ("framework", "key", "said"),
    [
        (
            "sandwell",
            "service_audit_check",
            "3 audits that were handed in within 2 months, drawn at random from their own service when it is "
            "opened. Never what they did themselves, and nothing that they may not open",
        ),
        ("sandwell", "caseload_check", "3 open cases of that person, drawn at random when it is opened."),
        ("sandwell", "family_feedback", "audits whose moderation was finished within 3 months"),
        (
            "windsor",
            "minutes_dip_sample",
            "5 open cases (child protection and child in care), drawn",
        ),
        (
            "bedford",
            "action_dip_sample",
            "actions that were verified within 3 months, drawn at random",
        ),
    ],
)
def test_the_rules_page_says_what_is_looked_at(framework: str, key: str, said: str) -> None:
    content = shipped(framework)
    pack = parse(hash_of(content), content)
    facts = {row["label"]: row["value"] for row in activity_facts(pack, pack.activity(key))}
    assert said in facts["What is looked at"]


def test_a_change_is_told_in_words(content: dict[str, Any]) -> None:
    before = deepcopy(content)
    activity(content, "service_audit_check")["sample"]["count"] = 4
    (line,) = differences(before, content)
    assert line.place == "activities › service audit check › sample › count"
    assert (line.before, line.after) == ("3", "4")
