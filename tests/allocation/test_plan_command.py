"""The ``plan`` command: the programme of a year, tried first, made once."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from qaframework.allocation.models import Assignment, Programme
from tests.factories.authority import Authority
from tests.factories.packs import bracknell, lancashire
from tests.factories.people import PostFactory

AT = ["--at", "2026-03-20"]


def plan(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    call_command("plan", *AT, "--year", "2026", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


@pytest.mark.clause("LAN-16")
def test_it_plans_once(northmoor: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    lancashire([northmoor.root])
    said = plan(capsys)
    count = Assignment.objects.count()
    assert (said["command"], said["changed"]) == ("plan", count)
    (programme,) = said["programmes"]
    lines = programme.pop("lines")
    assert programme == {
        "framework": "lancashire",
        "year": 2026,
        "added": count,
        "withdrawn": 0,
        "moved": 0,
        "updated": 0,
        "not_due": [],
    }
    assert sum(len(line["months"]) for line in lines) == count
    assert plan(capsys)["changed"] == 0


def test_quotas_that_nobody_owes_are_warned_about(
    northmoor: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    lancashire([northmoor.duty])  # the Director's post is in the unit above
    [warning] = plan(capsys)["warnings"]
    assert warning.startswith("Lancashire quality assurance framework: nobody owes the quotas of these roles")
    assert "Director of children's social care" in warning
    assert "Team manager" not in warning
    assert warning.endswith("let it hold for a unit above their posts too, such as the whole authority.")


def test_a_dry_run_says_the_same_and_changes_nothing(
    northmoor: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    lancashire([northmoor.root])
    tried = plan(capsys, "--dry-run")
    assert not Programme.objects.exists()
    assert plan(capsys)["changed"] == tried["changed"] > 0


def test_all_live_frameworks_or_the_one_named(
    northmoor: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    lancashire([northmoor.duty])
    bracknell([northmoor.care])
    named = plan(capsys, "--framework", "bracknell", "--dry-run")
    assert [one["framework"] for one in named["programmes"]] == ["bracknell"]
    assert len(plan(capsys)["programmes"]) == 2


def test_in_words(northmoor: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    lancashire([northmoor.root])
    call_command("plan", *AT, "--year", "2026", "--dry-run")
    assert "would be added, 0 would be withdrawn" in capsys.readouterr().out


def test_planned_again_it_says_what_changed_and_why(
    northmoor: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    lancashire([northmoor.root])
    plan(capsys)
    PostFactory(role="team_manager", unit=northmoor.care_team_1, title="Night team manager", code="nights")
    call_command("plan", *AT, "--year", "2026", "--dry-run")
    said = capsys.readouterr().out
    line = "Added: Night team manager (vacant): Learning space: 4, "
    assert line in said
    assert said.count("The post is new.") == 4
    (programme,) = plan(capsys)["programmes"]
    assert {line["cause"] for line in programme["lines"]} == {"new post"}
    assert {(line["from"], line["to"]) for line in programme["lines"]} == {(None, "nights")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--year", "2026", "--framework", "nowhere"], "Live frameworks: lancashire"),
        (["--year", "2020"], "has ended"),
        (["--year", "soon"], "“soon” is not a year"),
    ],
)
def test_what_is_refused(northmoor: Authority, arguments: list[str], words: str) -> None:
    lancashire([northmoor.root])
    with pytest.raises(CommandError, match=words):
        call_command("plan", *AT, *arguments)


def test_without_a_framework_it_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load a pack first"):
        call_command("plan", *AT)
