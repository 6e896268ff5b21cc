"""When a review of one case falls due: what a pack can say, what is wrong with it, and how it is told."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.differences import differences
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped

MIDWAY = {"reviews_every": "6 months", "owed_by": ["iro"]}
FOLLOW_UP = {"of": ["learning_audit"], "after": "3 months", "owed_by": ["iro"]}


@pytest.fixture
def content() -> dict[str, Any]:
    return deepcopy(shipped("sandwell"))


def activity(content: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in content["framework"]["activities"] if one["key"] == key)


@pytest.mark.parametrize(
    ("key", "changes", "place", "said"),
    [
        ("qa_visit", {"midway": [MIDWAY]}, " › midway", "Only a review of one case falls due like this."),
        ("qa_visit", {"follow_up": FOLLOW_UP}, " › follow_up", "Only a review of one case"),
        ("midpoint_review", {"midway": None}, "", "When it begins is not said."),
        ("midpoint_review", {"follow_up": FOLLOW_UP}, "", "midway, follow_up stand side by side."),
        ("midpoint_review", {"tool": "designated_officer_check"}, " › tool", "this tool has rows"),
        (
            "midpoint_review",
            {"midway": [{**MIDWAY, "owed_by": ["lado"]}]},
            " › midway › 1 › owed_by",
            "“lado” is not a role.",
        ),
        (
            "midpoint_review",
            {"midway": [{**MIDWAY, "reviews_every": "0 months"}]},
            " › midway › 1 › reviews_every",
            "No day lies between two reviews.",
        ),
        (
            "audit_follow_up",
            {"follow_up": {**FOLLOW_UP, "of": ["qa_visit"]}},
            " › follow_up › of",
            "“qa_visit” is not an audit of a case.",
        ),
        (
            "audit_follow_up",
            {"follow_up": {**FOLLOW_UP, "owed_by": ["lado"]}},
            " › follow_up › owed_by",
            "“lado” is not a role.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    content: dict[str, Any], key: str, changes: dict[str, Any], place: str, said: str
) -> None:
    rules = activity(content, key)
    rules |= changes
    for name in [name for name, value in rules.items() if value is None]:
        del rules[name]
    (mistake,) = mistakes_in(content)
    assert mistake.path == f"activities › {key}{place}"
    assert said in str(mistake)


def test_nobody_owes_a_number_of_them(content: dict[str, Any]) -> None:
    quota = {"role": "iro", "activity": "midpoint_review", "per": "month", "amount": 1}
    content["framework"]["quotas"].append(quota)
    shared = {"roles": ["iro", "cp_chair"], "activity": "audit_follow_up", "per": "month", "amount": 1}
    content["framework"]["shared_quotas"].append(shared)
    assert [mistake.path for mistake in mistakes_in(content)] == [
        "quotas › iro, midpoint_review",
        "shared_quotas › audit_follow_up",
    ]


@pytest.mark.parametrize(
    ("key", "label", "said"),
    [
        (
            "midpoint_review",
            "Halfway between reviews",
            "Open cases (child in care) with a review every 6 months: Independent reviewing officer "
            "(SAN-15)\nOpen cases (child protection) with a review every 6 months: Conference chair (SAN-15)",
        ),
        (
            "audit_follow_up",
            "After an audit",
            "3 months after “Learning audit” and “Learning audit on the month's theme” is final: Independent "
            "reviewing officer and Conference chair, outside the line of auditor and moderator (SAN-15)",
        ),
        ("midpoint_review", "Allocated", "When it falls due, evenly to those who owe it"),
        (
            "midpoint_review",
            "Who audits",
            "Nobody reviews their own case or that of a worker they manage",
        ),
    ],
)
def test_the_rules_page_says_when_and_by_whom(
    content: dict[str, Any], key: str, label: str, said: str
) -> None:
    pack = parse(hash_of(content), content)
    told = {fact["label"]: fact["value"] for fact in activity_facts(pack, pack.activity(key))}
    assert told[label] == said


def test_a_change_is_told_in_words(content: dict[str, Any]) -> None:
    changed = deepcopy(content)
    activity(changed, "midpoint_review")["midway"][0]["reviews_every"] = "4 months"
    activity(changed, "audit_follow_up")["follow_up"]["after"] = "6 weeks"
    told = [(one.place, one.before, one.after) for one in differences(content, changed)]
    assert told == [
        ("activities › midpoint review › midway › iro › reviews every", "6 months", "4 months"),
        ("activities › audit follow up › follow up › after", "3 months", "6 weeks"),
    ]
