"""What the format can say about draws: its words are those of the register, and wrong ones are found."""

import json
from copy import deepcopy

import pytest

from qaframework.caseload.models import AgeBand, CaseFlag, PlanType
from qaframework.packs.checking import SCHEMAS, check
from qaframework.packs.definition import parse
from qaframework.packs.reading import files_of, hash_of
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped


@pytest.mark.parametrize(
    ("kind", "words"), [("plan_types", PlanType), ("age_bands", AgeBand), ("flags", CaseFlag)]
)
def test_cases_are_told_apart_by_the_words_of_the_register(kind, words):
    schema = json.loads((SCHEMAS / "framework.schema.json").read_text())
    criteria = schema["$defs"]["case_criteria"]["properties"]
    assert criteria[kind]["items"]["enum"] == words.values


@pytest.fixture
def content():
    return deepcopy(shipped("sandwell"))


def draw_of(content, key="learning_audit"):
    return next(one for one in content["framework"]["activities"] if one["key"] == key)["draw"]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"annual_share": {"percent": 0}}, "annual_share › percent", "0 is not above 0"),
        ({"annual_share": {"percent": 101}}, "annual_share › percent", "101 is above 100"),
        (
            {"annual_share": {"percent": 10, "extra_audits_by": ["wizard"]}},
            "annual_share › extra_audits_by",
            "“wizard” is not a role",
        ),
        ({"minimum_share": {"label": "SEND", "percent": 10}}, "minimum_share", "“cases” is missing"),
        (
            {"minimum_share": {"label": "SEND", "percent": 10, "cases": {}}},
            "minimum_share › cases",
            "too few or too many",
        ),
        (
            {"minimum_share": {"label": "SEND", "percent": 10, "cases": {"flags": ["sen"]}}},
            "minimum_share › cases › flags › 1",
            "“sen” is not one of the choices",
        ),
        ({"new_workers": {"within": "4 months", "weight": 1}}, "new_workers › weight", "1 is not above 1"),
        ({"exclude_worker_audited_within": "soon"}, "exclude_worker_audited_within", "“soon” is not right"),
        ({"strata": "moon"}, "strata", "“moon” is not one of the choices"),
        ({"by_theme": True}, "minimum_share", "chosen and count in no random sample"),
    ],
)
def test_a_wrong_draw_rule_is_found_with_its_place(content, change, path, said):
    draw_of(content).update(change)
    found = {mistake.path: mistake.problem for mistake in check(files_of(content))}
    assert said in found[f"activities › learning_audit › draw › {path}"]
    assert len(found) == 1


def facts(content, key):
    pack = parse(hash_of(content), content)
    return {row["label"]: row["value"] for row in activity_facts(pack, pack.activity(key))}


def test_the_rules_are_read_in_plain_words(content):
    draw_of(content).update(
        new_workers={"within": "4 months", "weight": 2}, exclude_worker_audited_within="3 months"
    )
    shown = facts(content, "learning_audit")
    assert shown["Least share"] == "At least 10% of the year's sample: SEND (SAN-09)"
    assert shown["New practitioners"] == (
        "Cases of people in a post for less than 4 months count 2 times in the draw"
    )
    assert "or of a practitioner audited within 3 months" in shown["Draw"]
    assert "of the cases that fit the month's theme" in facts(content, "themed_learning_audit")["Draw"]
    assert shown["Moderation"] == "Every audit, within 10 working days (SAN-19)"
    bedford = facts(deepcopy(shipped("bedford")), "case_file_audit")
    assert bedford["Share of all cases"].startswith("10% of open cases in a year, spread over its months")
