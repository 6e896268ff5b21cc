"""A year on paper: the numbers that the quotas ask for, and what follows from them, without touching data."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from qaframework.allocation.models import Assignment
from qaframework.allocation.simulation import Assumptions, read_staff, simulate
from qaframework.packs.definition import Pack, parse
from qaframework.packs.reading import hash_of
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from qaframework.rules.programme import Owner
from tests.factories.authority import Authority
from tests.factories.packs import lancashire, shipped

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


def pack(name: str) -> Pack:
    return parse(hash_of(shipped(name)), shipped(name))


def staff(**numbers: int) -> list[Owner[str]]:
    return [Owner(f"{role} {n}", role, ("all",)) for role, number in numbers.items() for n in range(number)]


def test_a_year_on_paper_has_the_published_totals() -> None:
    found = simulate(pack("lancashire"), 2026, staff(team_manager=3, head_of_service=1, director=1))
    assert found.roles == ["director", "head_of_service", "team_manager"]
    assert [sum(found.by_month(role)) for role in found.roles] == [10, 19, 3 * 21]
    assert found.activities["learning_space"] == 5 * 4
    assert found.actions == 40


def test_moderations_are_the_share_of_each_month_and_all_of_the_worst() -> None:
    managers = staff(team_manager=12)
    found = simulate(pack("lancashire"), 2026, managers, Assumptions(inadequate=0))
    # Four learning spaces in each month: 15% of them, rounded up, is one.
    assert found.moderations == 12
    found = simulate(pack("lancashire"), 2026, managers, Assumptions(inadequate=25))
    assert found.moderations == 24
    everything = simulate(pack("sandwell"), 2026, staff(team_manager=3))
    assert everything.moderations == everything.activities["learning_audit"] == 18


def test_the_sample_staff_makes_the_windsor_calendar() -> None:
    with (SAMPLES / "staff.csv").open("rb") as file:
        posts = read_staff(file, "staff.csv")
    found = simulate(pack("windsor"), 2026, posts)
    assert found.activities["managers_audit"] == 250
    assert found.activities["early_help_audit"] == 140
    assert found.activities["deep_dive"] == 40


def test_every_wrong_row_of_a_staff_file_is_named() -> None:
    table = b"Post,Role,Unit\nA,wizard,duty\nB,team_manager,duty\nB,team_manager,duty\n"
    with pytest.raises(Refused, match=r"staff.csv, row 2: “wizard” is not a role.*row 4: “B” must be there"):
        read_staff(io.BytesIO(table), "staff.csv")
    with pytest.raises(Refused, match="the column unit is missing"):
        read_staff(io.BytesIO(b"post,role\nA,director\n"), "staff.csv")
    with pytest.raises(Refused, match="is empty"):
        read_staff(io.BytesIO(b""), "staff.csv")


def test_without_a_file_it_is_the_own_posts_and_nothing_is_written(
    northmoor: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    lancashire([northmoor.root])
    managers = Post.objects.filter(role="team_manager", is_active=True).count()
    before = Assignment.objects.count()
    call_command("simulate", "--year", "2027", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] == 0
    assert managers > 0
    assert sum(told["by_role"]["team_manager"]) == 21 * managers
    assert Assignment.objects.count() == before
    call_command("simulate", "--year", "2027")
    assert "Moderations: " in capsys.readouterr().out
