"""What is owed in some years only: what a pack can say, what is wrong with it, and where it is told."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.differences import differences
from qaframework.packs.reading import hash_of
from qaframework.packs.year_calendar import year_calendar
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.quotas import YearsDue
from qaframework.rules.working_days import WorkingCalendar
from tests.factories.authority import Authority
from tests.factories.packs import loaded, shipped

THIS_YEAR, NEXT_YEAR = ProgrammeYear(2026), ProgrammeYear(2027)


def quota_of(content: dict[str, Any]) -> dict[str, Any]:
    return content["framework"]["quotas"][0]


@pytest.fixture
def content() -> dict[str, Any]:
    """The learning spaces of team managers are owed every other year, the first time from April 2027 on."""
    found = deepcopy(shipped("lancashire"))
    quota_of(found).update(every_years=2, first_year=2027)
    return found


def test_a_pack_says_in_which_years(content: dict[str, Any]) -> None:
    assert mistakes_in(content) == []
    assert parse(hash_of(content), content).quotas[0].years == YearsDue(2, 2027)


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"first_year": None}, "", "In which year it is due first is not said."),
        ({"every_years": None}, "", "How often it is due is not said."),
        ({"every_years": 1}, " › every_years", "1 is below 2"),
        ({"first_year": 26}, " › first_year", "26 is below 1900"),
    ],
)
def test_each_slip_is_said(content: dict[str, Any], change: dict[str, Any], place: str, said: str) -> None:
    quota = quota_of(content)
    quota.update(change)
    for name in [name for name, value in change.items() if value is None]:
        del quota[name]
    (mistake,) = mistakes_in(content)
    assert mistake.path.endswith(place)
    assert said in mistake.problem


def test_what_differs_is_said(content: dict[str, Any]) -> None:
    found = [(one.place, one.before, one.after) for one in differences(shipped("lancashire"), content)]
    place = "quotas › team manager, learning space"
    assert found == [(f"{place} › every years", "–", "2"), (f"{place} › first year", "–", "2027")]


def test_the_calendar_has_it_in_the_years_in_which_it_is_due(content: dict[str, Any]) -> None:
    pack, calendar = parse(hash_of(content), content), WorkingCalendar()

    def steps(year: ProgrammeYear) -> list[str]:
        months = year_calendar(lambda _: pack, year, calendar, {})
        return [step for month in months for step in month.steps if "every two years" in step]

    assert steps(THIS_YEAR) == []
    assert steps(NEXT_YEAR)[0] == (
        "Learning space by the end of June 2027: every two years, due in April 2027 to March 2028"
    )


def test_a_year_in_which_it_is_not_due_says_so_where_it_is_planned(
    client: Client, northmoor: Authority, content: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    content["framework"]["quotas"] = content["framework"]["quotas"][:2]
    version = loaded(content, [northmoor.root])
    said = (
        "Learning space is not planned in this year. It is owed every two years, next in April 2027 to March "
        "2028."
    )
    client.force_login(northmoor.qa_manager)
    page = client.get(reverse("allocation:confirm_programme", args=[version.framework_id, 2026]))
    assert said in page.content.decode()
    for year, expected in (("2026", [said]), ("2027", [])):
        call_command("plan", "--at", "2026-03-20", "--year", year, "--json")
        (programme,) = json.loads(capsys.readouterr().out)["programmes"]
        assert programme["not_due"] == expected
        assert any(line["activity"] == "learning_space" for line in programme["lines"]) is not bool(expected)
    grid = client.get(reverse("packs:quotas", args=[version.framework_id])).content.decode()
    assert "every two years, next in April 2027 to March 2028" in grid
    assert said in client.get(reverse("allocation:programme")).content.decode()


def test_a_number_that_is_changed_in_the_grid_keeps_its_years(
    client: Client, northmoor: Authority, content: dict[str, Any]
) -> None:
    version = loaded(content, [northmoor.root])
    cells = {
        f"quota_{row}_{number}": amount
        for row, quota in enumerate(version.pack.quotas)
        for number, amount in enumerate(quota.amounts, 1)
    }
    last = {"number": version.number, "effective_from": "2027-01-01", "note": "More"}
    client.force_login(northmoor.admin)
    client.post(reverse("packs:quotas", args=[version.framework_id]), cells | last | {"quota_0_2": 5})
    changed = version.framework.versions.first().pack.quotas[0]
    assert (changed.amounts[1], changed.years) == (5, YearsDue(2, 2027))
