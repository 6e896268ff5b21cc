"""The shipped packs say what the published frameworks say."""

from datetime import date
from pathlib import Path

import pytest

from qaframework.packs.definition import parse
from qaframework.packs.reading import hash_of
from qaframework.rules.deadlines import Offset
from qaframework.rules.ladders import moments
from qaframework.rules.quotas import Per, applicable, grid
from qaframework.rules.working_days import WorkingCalendar, end_of_day, local_date
from tests.factories.packs import LANCASHIRE_TIMETABLE, shipped

CLAUSES = Path(__file__).resolve().parents[2] / "docs" / "frameworks"


def pack_of(name):
    return parse(hash_of(shipped(name)), shipped(name))


@pytest.fixture
def lancashire():
    return pack_of("lancashire")


@pytest.fixture
def bracknell():
    return pack_of("bracknell")


def steps_after(pack, ladder):
    return [(str(rung.offset), rung.recipients) for rung in pack.ladder(ladder).rungs if not rung.before]


def questions(name, tool):
    return {
        question["key"]: question
        for section in shipped(name)["tools"][tool]["sections"]
        for question in section["questions"]
    }


@pytest.mark.clause("LAN-16")
@pytest.mark.parametrize("role", LANCASHIRE_TIMETABLE)
def test_the_quotas_are_the_published_timetable(lancashire, role):
    rows = [row for row in grid(lancashire.quotas).rows if (row.role, row.unit) == (role, None)]
    assert {row.activity: row.quarters for row in rows} == LANCASHIRE_TIMETABLE[role]


@pytest.mark.clause("LAN-16")
@pytest.mark.parametrize(
    ("role", "quarters", "year"),
    [
        ("team_manager", (5, 6, 5, 5), 21),
        ("senior_manager", (5, 6, 5, 5), 21),
        ("head_of_service", (4, 6, 4, 5), 19),
        ("director", (2, 3, 2, 3), 10),
    ],
)
def test_the_totals_are_reckoned_from_the_entries(lancashire, role, quarters, year):
    total = grid(lancashire.quotas).total_for(role)
    assert (total.quarters, total.total) == (quarters, year)


@pytest.mark.parametrize("role", ["iro", "practice_development_manager"])
def test_reviewing_officers_and_development_managers_hold_one_learning_space_a_quarter(lancashire, role):
    (quota,) = [quota for quota in lancashire.quotas if quota.role == role]
    assert (quota.activity, quota.by_quarter) == ("learning_space", (1, 1, 1, 1))


@pytest.mark.clause("LAN-10")
def test_managers_in_the_hub_hold_two_mash_learning_spaces_a_month_instead(lancashire):
    quotas = {
        quota.activity: quota
        for quota in applicable(lancashire.quotas, "team_manager", ["mash-1", "mash", "root"])
    }
    assert sum(quotas["learning_space"].amounts) == 0
    held = quotas["mash_learning_space"]
    assert (held.per, held.amounts) == (Per.MONTH, (2,) * 12)
    assert sum(quotas["dip_sample"].amounts) == 12
    elsewhere = {quota.activity for quota in applicable(lancashire.quotas, "team_manager", ["duty", "root"])}
    assert "mash_learning_space" not in elsewhere


def test_expected_volumes_are_the_published_ones(lancashire):
    volumes = {(volume.activity, volume.per): volume.amounts[0] for volume in lancashire.expected_volumes}
    assert volumes == {
        ("learning_space", "month"): 40,
        ("learning_space", "quarter"): 120,
        ("dip_sample", "quarter"): 478,
    }


def test_the_rules_of_a_learning_space(lancashire):
    rules = lancashire.activity("learning_space")
    assert (rules.kind, rules.mode, rules.independence) == ("case_audit", "in_person", "own_function")
    assert (str(rules.deadline), str(rules.lead_time)) == ("4 weeks", "1 month")
    assert rules.draw.pool == "function"
    assert (rules.moderation.share, rules.moderation.all_of) == (15, ("inadequate",))
    assert rules.moderation.discussion_required
    assert (rules.extension.decided_by, rules.extension.only_before_deadline) == ("head_of_service", True)
    assert rules.opens_loop


def test_the_practice_week_is_dated_later(lancashire):
    assert [key for key, one in lancashire.activities.items() if one.is_dated_later] == ["practice_week"]


def test_late_learning_spaces_reach_three_levels_on_their_days(lancashire):
    assert steps_after(lancashire, "late_audit") == [
        ("2 days", ("senior_manager", "head_of_service")),
        ("7 days", ("director",)),
        ("14 days", ("executive_director",)),
    ]
    due = end_of_day(date(2026, 12, 1))
    days = [local_date(at) for _, at in moments(lancashire.ladder("late_audit"), due, WorkingCalendar())]
    assert days == [date(2026, *day) for day in ((11, 24), (11, 29), (12, 1), (12, 3), (12, 8), (12, 15))]


def test_late_actions_reach_three_levels_after_their_weeks(lancashire):
    assert steps_after(lancashire, lancashire.action_rules.ladder) == [
        ("4 weeks", ("senior_manager", "head_of_service")),
        ("6 weeks", ("director",)),
        ("12 weeks", ("executive_director",)),
    ]


def test_the_loop_opens_on_inadequate_and_the_worker_is_seen_again_after_three_months(lancashire):
    loop = lancashire.loop_rule
    assert (loop.grades, loop.senior_role, loop.authorised_by) == (
        ("inadequate",),
        "senior_manager",
        "head_of_service",
    )
    assert (str(loop.due), str(loop.reaudit_after)) == ("20 working days", "3 months")


def test_actions_follow_bracknell_forests_times(bracknell):
    rules = bracknell.action_rules
    assert rules.immediate == Offset.parse("5 working days")
    assert rules.standard == Offset.parse("1 month")
    assert rules.file_heading.format(month="November 2026") == "Audit Action Plan – November 2026"


@pytest.mark.parametrize("name", ["lancashire", "bracknell"])
@pytest.mark.clause("BF-15")
def test_grading_is_on_the_four_grades_best_first(name):
    scheme = pack_of(name).scheme("ofsted4")
    assert [grade.key for grade in scheme.grades] == [
        "outstanding",
        "good",
        "requires_improvement",
        "inadequate",
    ]


@pytest.mark.clause("BF-19")
def test_each_grade_has_a_descriptor_and_inadequate_names_failure_delay_and_harm(bracknell):
    descriptors = bracknell.grade_schemes["ofsted4"].descriptors
    assert all(len(descriptors[grade]) > 100 for grade in descriptors)
    for word in ("serious failures", "delay", "harm"):
        assert word in descriptors["inadequate"]
        assert word.rstrip("s") in descriptors["requires_improvement"]


@pytest.mark.clause("BF-17")
def test_the_live_audit_grades_the_six_elements_each_with_guidance_and_prompts():
    graded = [one for one in shipped("bracknell")["tools"]["live_audit"]["sections"] if one.get("graded")]
    assert [section["key"] for section in graded] == [
        "risk_and_need",
        "planning_and_review",
        "supervision_and_oversight",
        "engagement",
        "diversity_and_identity",
        "multi_agency",
    ]
    for section in graded:
        assert len(section["guidance"]) > 300
        evidence = next(one for one in section["questions"] if one["key"] == f"{section['key']}_evidence")
        assert len(evidence["prompts"]) >= 5


def test_the_live_audit_asks_about_the_practice_model_and_good_practice_in_every_element():
    asked = questions("bracknell", "live_audit")
    for section in shipped("bracknell")["tools"]["live_audit"]["sections"]:
        if section.get("graded"):
            assert asked[f"{section['key']}_practice_model"]["required"]
            assert f"{section['key']}_good_practice" in asked


def test_the_live_audit_lists_seven_indicators():
    assert len(shipped("bracknell")["tools"]["live_audit"]["indicators"]) == 7


def test_the_live_audit_checks_the_record_and_asks_for_feedback():
    asked = questions("bracknell", "live_audit")
    assert {"record_up_to_date", "record_wishes", "record_professionals", "record_decisions"} <= set(asked)
    assert "feedback_given" in asked


@pytest.mark.parametrize("name", ["lancashire", "bracknell"])
def test_every_section_of_every_tool_says_what_good_looks_like(name):
    for tool in shipped(name)["tools"].values():
        for section in tool["sections"]:
            assert len(section["guidance"]) > 80, (tool["key"], section["key"])


@pytest.mark.parametrize("name", ["lancashire", "bracknell"])
def test_every_clause_that_a_pack_names_is_in_the_framework_it_comes_from(name):
    known = {row.split("|")[1].strip() for row in _clause_rows(name)}
    named = set(_clauses(shipped(name)))
    assert named
    assert named <= known


def _clause_rows(name):
    return [line for line in (CLAUSES / f"{name}.md").read_text().splitlines() if line.startswith("| ")]


def _clauses(node):
    if isinstance(node, dict):
        yield from node.get("clauses", [])
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _clauses(part)
