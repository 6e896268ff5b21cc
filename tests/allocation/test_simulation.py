"""A year on paper: the numbers that the quotas ask for, and what follows from them, without touching data."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from qaframework.allocation.models import Assignment
from qaframework.allocation.simulation import Assumptions, Simulated, read_staff, simulate
from qaframework.allocation.workflow.proposing import owners_in
from qaframework.packs.definition import Pack, parse
from qaframework.packs.reading import hash_of
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from qaframework.rules.programme import Owner
from tests.factories.allocation import planned_year
from tests.factories.authority import Authority
from tests.factories.packs import lancashire, shipped

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


def pack(name: str) -> Pack:
    return parse(hash_of(shipped(name)), shipped(name))


def staff(**numbers: int) -> list[Owner[str]]:
    return [Owner(f"{role} {n}", role, ("all",)) for role, number in numbers.items() for n in range(number)]


def of(found: Simulated, activity: str) -> int:
    return sum(found.activity_by_month(activity))


def test_a_year_on_paper_has_the_published_totals() -> None:
    found = simulate(pack("lancashire"), 2026, staff(team_manager=3, head_of_service=1, director=1))
    assert found.roles == ["director", "head_of_service", "team_manager"]
    assert [sum(found.by_month(role)) for role in found.roles] == [10, 19, 3 * 21]
    assert of(found, "learning_space") == 5 * 4
    assert found.actions.total() == 40


def test_moderations_are_the_share_of_each_month_and_all_of_the_worst() -> None:
    managers = staff(team_manager=12)
    found = simulate(pack("lancashire"), 2026, managers, Assumptions(inadequate=0))
    # Four learning spaces in each month: 15% of them, rounded up, is one.
    assert found.expected_by_month()["Moderations"] == [1] * 12
    found = simulate(pack("lancashire"), 2026, managers, Assumptions(inadequate=25))
    assert found.expected_by_month()["Moderations"] == [2] * 12
    # Five in 100 of the year's 48 are three: no month has a part of one that would count as a whole.
    found = simulate(pack("lancashire"), 2026, managers, Assumptions(inadequate=5))
    assert found.moderations.total() == 12 + 3
    everything = simulate(pack("sandwell"), 2026, staff(team_manager=3))
    assert everything.moderations.total() == of(everything, "learning_audit") == 18


def test_what_follows_stands_in_the_month_of_the_work() -> None:
    """Four learning spaces, twelve dip samples and so on; a tenth of the year's 252 pieces is late."""
    found = simulate(pack("lancashire"), 2026, staff(team_manager=12), Assumptions(actions_per_audit=3))
    assert found.expected_by_month()["Actions"] == [12] * 12
    escalations = found.expected_by_month()["Escalations"]
    assert sum(escalations) == 26
    work = found.by_month("team_manager")
    assert all(abs(late - pieces / 10) <= 1 for late, pieces in zip(escalations, work, strict=True))
    none_late = simulate(pack("lancashire"), 2026, staff(team_manager=12), Assumptions(late=0))
    assert none_late.escalations.total() == 0


@pytest.mark.clause("RBWM-27")
def test_the_sample_staff_makes_the_windsor_calendar() -> None:
    with (SAMPLES / "staff.csv").open("rb") as file:
        posts = read_staff(file, "staff.csv")
    found = simulate(pack("windsor"), 2026, posts)
    without_april_and_august = [0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]
    assert found.activity_by_month("managers_audit") == [25 * n for n in without_april_and_august]
    assert found.activity_by_month("early_help_audit") == [14 * n for n in without_april_and_august]
    assert found.activity_by_month("deep_dive") == [20 * (1 - n) for n in without_april_and_august]


@pytest.mark.parametrize("wrong", [{"inadequate": 101}, {"late": -1}, {"actions_per_audit": -1}])
def test_assumptions_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="from 0 to 100|less than no actions"):
        Assumptions(**wrong)
    option = {"inadequate": "--inadequate", "late": "--late", "actions_per_audit": "--actions"}
    ((name, value),) = wrong.items()
    with pytest.raises(CommandError, match="from 0 to 100|less than no actions"):
        call_command("simulate", "--staff", SAMPLES / "staff.csv", f"{option[name]}={value}")


def test_the_text_names_its_assumptions_and_how_to_set_them(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--staff", SAMPLES / "staff.csv", "--framework", "windsor", "--year", "2026"]
    call_command("simulate", *given, "--inadequate", "7", "--actions", "4", "--late", "20")
    told = capsys.readouterr().out
    assert "7 in 100 audits have a grade that must be moderated (--inadequate)" in told
    assert "each audit leads to 4 actions (--actions)" in told
    assert "20 in 100 pieces of work are late enough for the first step to be taken (--late)" in told


def test_the_csv_holds_the_same_numbers_as_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--staff", SAMPLES / "staff.csv", "--framework", "windsor", "--year", "2026"]
    call_command("simulate", *given, "--json")
    told = json.loads(capsys.readouterr().out)
    call_command("simulate", *given, "--csv")
    header, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["kind", "name", *told["months"], "year"]
    numbers = {(kind, name): [*map(int, rest)] for kind, name, *rest in rows if kind != "assumed"}
    roles = [numbers[key] for key in numbers if key[0] == "role"]
    assert roles == [[*by_month, sum(by_month)] for by_month in told["by_role"].values()]
    assert numbers["expected", "Moderations"] == [
        *told["expected_by_month"]["moderations"],
        told["moderations"],
    ]
    assert [row[0] for row in rows].count("assumed") == 3


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
    assert "Moderations" in capsys.readouterr().out


def test_the_year_on_paper_is_the_year_that_is_then_planned(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    posts = [Owner(str(one.key), one.role, one.units) for one in owners_in(programme.framework)]
    found = simulate(pack("lancashire"), 2026, posts)
    planned = Counter(programme.assignments.values_list("post__role", "period"))
    assert {(role, month.key): number for (role, month), number in found.work.items()} == planned
