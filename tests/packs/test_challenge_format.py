"""Alerts and disputes in a pack: slips, how they are told, and what the shipped frameworks say."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.challenge_wording import challenge_facts
from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import Pack, parse
from qaframework.packs.differences import differences
from qaframework.packs.reading import hash_of
from tests.browsing import page_of
from tests.factories.authority import Authority
from tests.factories.packs import loaded, shipped


@pytest.fixture
def content() -> Any:
    return deepcopy(shipped("windsor"))


def kind(content: Any, key: str) -> Any:
    return next(one for one in content["framework"]["challenges"]["kinds"] if one["key"] == key)


def pack_of(name: str) -> Pack:
    content = shipped(name)
    return parse(hash_of(content), content)


def told(content: Any) -> list[str]:
    return [str(one) for one in mistakes_in(content)]


@pytest.mark.clause("RBWM-17")
def test_alerts_of_windsor_go_to_the_manager_and_serious_ones_to_the_head_of_service() -> None:
    kinds = pack_of("windsor").challenges.kinds
    assert [stage.answered_by for stage in kinds["alert"].stages] == ["team_manager", "senior_manager"]
    assert kinds["alert"].becomes == "management_alert"
    assert kinds["management_alert"].stage(1).answered_by == "head_of_service"
    assert kinds["alert"].raised_by == ("iro", "cp_chair")


@pytest.mark.clause("RBWM-20")
def test_disputes_of_windsor_begin_with_the_team_manager_and_later_when_a_child_is_not_safe() -> None:
    dispute = pack_of("windsor").challenges.kinds["dispute"]
    assert dispute.stage(1).answered_by == "team_manager"
    assert dispute.stage(dispute.urgent_stage).answered_by == "head_of_service"
    assert dispute.in_supervision


@pytest.mark.clause("SAN-27")
def test_notifications_of_sandwell_have_themes() -> None:
    rules = pack_of("sandwell").challenges
    assert [one.label for one in rules.kinds.values()] == ["Dispute resolution notification"]
    assert rules.themes["drift"] == "Drift or delay in the plan"


@pytest.mark.parametrize("name", ["lancashire", "bracknell", "bedford"])
def test_the_others_have_none(name: str) -> None:
    assert pack_of(name).challenges.kinds == {}
    assert pack_of(name).challenges.themes == {}


def test_the_rules_are_told_in_plain_words() -> None:
    pack = pack_of("windsor")
    facts = {one["label"]: one["value"] for one in challenge_facts(pack, pack.challenges.kinds["dispute"])}
    assert facts["Raised by"] == "Independent reviewing officer and Conference chair"
    assert facts["Stage 1"] == (
        "With the worker and the team manager. Answered by: Team manager, within 5 working days"
    )
    assert facts["When a child may not be safe"] == "It may begin with stage 3: With the head of service"
    assert facts["In supervision"] == "It is followed up in the practitioner’s supervision"
    assert "our default" in facts["Note"]
    alert = {one["label"]: one["value"] for one in challenge_facts(pack, pack.challenges.kinds["alert"])}
    assert alert["When it is serious"] == "It becomes: Management alert"
    assert "When a child may not be safe" not in alert


@pytest.mark.parametrize(
    ("key", "change", "said"),
    [
        ("alert", {"raised_by": ["lado"]}, "challenges › alert › raised_by: “lado” is not a role."),
        ("alert", {"becomes": "siren"}, "challenges › alert › becomes: “siren” is not a kind of challenge."),
        ("alert", {"becomes": "alert"}, "challenges › alert › becomes: It cannot become what it is already."),
        (
            "dispute",
            {"urgent_stage": 7},
            "challenges › dispute › urgent_stage: There are 4 stages, and this is number 7.",
        ),
        ("dispute", {"urgent_stage": 1}, "challenges › kinds › dispute › urgent_stage: 1 is below 2."),
        (
            "dispute",
            {"settle": {"within": "5 working days", "ladder": "siren"}},
            "challenges › dispute › settle › ladder: “siren” is not a ladder.",
        ),
        ("dispute", {"stages": []}, "challenges › kinds › dispute › stages: There are too few"),
    ],
)
def test_a_slip_is_told_with_its_place(content: Any, key: str, change: Any, said: str) -> None:
    kind(content, key).update(change)
    assert [one for one in told(content) if said in one], told(content)


def test_slips_in_stages_and_repeated_keys_are_told(content: Any) -> None:
    kind(content, "dispute")["stages"][1] |= {"answered_by": "lado", "ladder": "siren", "within": "soon"}
    rules = content["framework"]["challenges"]
    rules["themes"].append(rules["themes"][0])
    rules["kinds"].append(deepcopy(rules["kinds"][0]))
    said = "\n".join(told(content))
    assert "challenges › dispute › stage 2 › answered_by: “lado” is not a role." in said
    assert "challenges › dispute › stage 2 › ladder: “siren” is not a ladder." in said
    assert "challenges › kinds › dispute › stages › 2 › within: “soon” is not right here." in said
    assert "challenges › themes: “safety” is there 2 times." in said
    assert "challenges › kinds: “alert” is there 2 times." in said


def test_a_change_of_a_stage_is_told_between_two_versions(content: Any) -> None:
    kind(content, "alert")["stages"][0]["within"] = "2 working days"
    (line,) = differences(shipped("windsor"), content)
    assert (line.before, line.after) == ("5 working days", "2 working days")
    assert line.place.startswith("challenges › kinds › alert › stages")


@pytest.mark.parametrize(("name", "shown"), [("windsor", True), ("lancashire", False)])
def test_the_frameworks_page_has_them_where_there_are_some(
    northmoor: Authority, client: Any, name: str, shown: bool
) -> None:
    version = loaded(shipped(name), [northmoor.root])
    text = page_of(client, "packs")(northmoor.qa_manager, "framework", version.framework_id).content.decode()
    assert ("Management alert" in text) is shown
    assert ("Alerts and disputes" in text) is shown
