"""Surveys, reviews before issue, and work that follows other work: slips, and how the rules are told."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped

Content = dict[str, Any]


@pytest.fixture
def content() -> Content:
    return deepcopy(shipped("windsor"))


def activity(content: Content, key: str) -> Content:
    found: Content = next(one for one in content["framework"]["activities"] if one["key"] == key)
    return found


def came_of_it(content: Content) -> Content:
    question: Content = content["tools"]["parents_views"]["sections"][0]["questions"][0]
    return question


def facts(content: Content, key: str) -> dict[str, str]:
    pack = parse(hash_of(content), content)
    return {row["label"]: row["value"] for row in activity_facts(pack, pack.activity(key))}


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (
            lambda c: activity(c, "report_review").pop("record"),
            "activities › report_review › record",
            "Only a peer review is handed in before",
        ),
        (
            lambda c: activity(c, "session_observation").update(
                record={"within": "2 days", "due": "before_event"}
            ),
            "activities › session_observation › record",
            "Only a peer review is handed in before",
        ),
        (
            lambda c: activity(c, "appraisal").update(months_later=6),
            "activities › appraisal › same_person_as",
            "After which other work it comes is not said.",
        ),
        (
            lambda c: activity(c, "appraisal_review").update(months_later=12),
            "activities › appraisal_review › months_later",
            "12 is above 11",
        ),
        (
            lambda c: activity(c, "closed_files_audit")["sample"].pop("within"),
            "activities › closed_files_audit › sample › within",
            "How far back",
        ),
        (
            lambda c: c["tools"]["parents_views"]["rows"]["response"].update(question="reply"),
            "rows › response › question",
            "“reply” is not a question of the tool",
        ),
        (
            lambda c: c["tools"]["parents_views"]["rows"]["response"].update(options=["maybe"]),
            "rows › response › options",
            "“maybe” is not an option of it",
        ),
        (
            lambda c: came_of_it(c).update(required=False),
            "rows › response › question",
            "It may be left open.",
        ),
    ],
)
def test_each_slip_is_told_with_its_place(
    content: Content, change: Callable[[Content], Any], place: str, said: str
) -> None:
    change(content)
    (mistake,) = mistakes_in(content)
    assert mistake.path == place
    assert said in mistake.problem


def test_only_cases_are_of_a_family() -> None:
    content = deepcopy(shipped("sandwell"))
    activity(content, "service_audit_check")["sample"]["one_per_family"] = True
    (mistake,) = mistakes_in(content)
    assert mistake.problem == "Only cases are of a family."


def test_the_rules_page_says_all_of_it(content: Content) -> None:
    assert facts(content, "parents_survey")["What is looked at"].startswith(
        "30 open cases and cases that closed within 12 months, one child of a family, drawn at random from "
        "their own function when it is opened. For 3 weeks from then on they can answer."
    )
    assert facts(content, "report_review")["Due"] == (
        "By the end of its quarter. It is handed in by the day of issue, before the report goes out."
    )
    assert "in their own unit and those below it" in facts(content, "report_review")["Whom it is about"]
    assert (
        "The same person as in “Appraisal” 6 months before"
        in (facts(content, "appraisal_review")["Whom it is about"])
    )
    activity(content, "report_review")["record"]["within"] = "2 working days"
    assert "It is handed in 2 working days before the day of issue." in facts(content, "report_review")["Due"]
