"""The planner of themes and its form, and what happens while a month has none."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from audits.models import MonthTheme
from audits.unallocated import unallocated_for
from qaframework.allocation.models import Assignment
from tests.audits.test_draw_rules import House, theme
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("today_is_10_november")


@pytest.fixture
def house(authority: Authority) -> House:
    house = House(authority, by_theme=True)
    house.owe("senior_manager", "head_of_service")
    house.owe("senior_manager", period="2027-02")
    for number in range(4):
        house.case(f"CARE-{number}", plan_type="child_in_care", flags="missing" if number < 3 else "")
    return house


@pytest.fixture
def qa(client, authority):
    client.force_login(authority.qa_officer)
    return client


def rows_of(client) -> list[list[object]]:
    return client.get(reverse("audits:themes")).context["planner"].rows


def data(house: House, **values: object) -> dict[str, object]:
    known = {
        "programme": house.programme.pk,
        "month": "2026-12",
        "unit": house.authority.root.pk,
        "title": "Children missing from care",
        "source": "Return interviews came late.",
        "plan_types": ["child_in_care"],
        "flags": ["missing"],
    }
    return {**known, **values}


def test_each_month_with_audits_by_theme_has_its_theme_or_the_day_by_which_it_needs_one(qa, house):
    assert [row[:5] for row in rows_of(qa)] == [
        [
            "December 2026",
            {"status": "late", "text": "No theme yet"},
            "–",
            2,
            "–",
        ],
        ["February 2027", "None yet: needed by 1 January 2027", "–", 1, "–"],
    ]
    assert qa.post(reverse("audits:set_theme"), data(house)).status_code == 302
    assert rows_of(qa)[0][1:5] == [
        "Children missing from care",
        "Child in care; has gone missing",
        2,
        3,
    ]


def test_the_link_beside_a_month_opens_the_form_for_it(qa, house):
    link = rows_of(qa)[1][5]["url"]
    form = qa.get(link).context["form"]
    assert (form.initial["programme"], form.initial["month"]) == (str(house.programme.pk), "2027-02")


def test_a_theme_without_a_name_is_refused_and_what_was_ticked_stays(qa, house):
    page = qa.post(reverse("audits:set_theme"), data(house, title=""))
    assert page.status_code == 422
    assert "Give the theme a name." in page.content.decode()
    assert page.context["form"]["flags"].value() == ["missing"]


def test_a_theme_is_changed_until_cases_are_drawn_by_it(qa, house):
    first = theme(house)
    url = reverse("audits:change_theme", args=[first.pk])
    form = qa.get(url).context["form"]
    assert (form.initial["title"], form.initial["flags"]) == ("Children missing from care", ["missing"])
    sent = {"title": "Return interviews", "source": "", "flags": ["missing"]}
    assert qa.post(url, sent).status_code == 302
    (changed,) = MonthTheme.objects.all()
    assert (changed.title, changed.criteria) == ("Return interviews", {"flags": ["missing"]})
    assert changed.set_by == house.authority.qa_officer
    house.draw()
    assert rows_of(qa)[0][4:] == ["–", "–"]
    again = qa.post(url, {**sent, "title": "Another"})
    assert again.status_code == 422
    assert "drawn by the theme of December 2026 already" in again.content.decode()


def test_nobody_sets_a_theme_for_another_authority(client, house, outside_officer):
    client.force_login(outside_officer)
    assert rows_of(client) == []
    assert client.post(reverse("audits:set_theme"), data(house)).status_code == 422
    first = theme(house)
    assert client.get(reverse("audits:change_theme", args=[first.pk])).status_code == 404


def test_where_no_framework_draws_by_theme_the_page_says_so(qa, authority):
    House(authority)
    assert "No audits are drawn by theme" in qa.get(reverse("audits:themes")).content.decode()


def test_the_draws_lead_to_the_themes_only_where_there_are_any(qa, authority):
    House(authority)
    assert reverse("audits:themes") not in qa.get(reverse("audits:draws")).content.decode()


def test_the_draws_lead_to_the_themes(qa, house):
    assert reverse("audits:themes") in qa.get(reverse("audits:draws")).content.decode()


def test_work_that_waits_for_a_theme_is_shown_with_the_way_to_set_one(qa, house):
    waiting = unallocated_for(house.authority.qa_officer, NOW.date())
    assert [(one.remedy, one.whose.split("\n")[0]) for one in waiting] == [
        ("Set a theme", house.authority.post_of[house.authority.head_of_service].title),
        ("Set a theme", house.authority.post_of[house.authority.senior_manager].title),
    ]
    assert qa.get(waiting[0].url).context["form"].initial["month"] == "2026-12"
    theme(house)
    house.draw()
    assert Assignment.objects.filter(state="allocated").count() == 2
    assert unallocated_for(house.authority.qa_officer, NOW.date()) == []


def test_only_cases_of_the_themes_unit_are_counted(qa, house):
    CaseFactory(unit=house.authority.duty_team_1, plan_type="child_in_care", flags="missing")
    theme(house, unit=house.authority.care)
    assert rows_of(qa)[0][4] == 3
