"""A draw is made again after three years in which everything around its record has changed."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from audits.models import MonthTheme, SampleDraw
from audits.workflow import replace_case, verify_draw
from qaframework.caseload.models import Case, CaseClearance
from qaframework.packs.workflow import load_pack
from qaframework.people import workflow as people
from qaframework.people.models import Post, PostHolding, Unit
from tests.audits.test_draw_rules import DRAW_DAY, SEND, House, theme
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory

LATER = datetime(2029, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["random", "by theme"])
def house(request: pytest.FixtureRequest, authority: Authority) -> House:
    """A draw with all that a rule can say, one of whose cases was replaced."""
    told = {"new_workers": {"within": "4 months", "weight": 2}, "strata": "plan_type"}
    told |= {"by_theme": True} if request.param == "by theme" else {"minimum_share": SEND}
    house = House(authority, **told)
    for number in range(30):
        house.case(
            plan_type="child_in_care" if number % 3 else "child_protection",
            flags="missing,send" if number % 4 == 0 else "",
            family_ref=f"F{number // 2}",
            restricted=number == 8,
        )
    CaseClearanceFactory(case=Case.objects.get(is_restricted=True), user=authority.senior_manager)
    if request.param == "by theme":
        theme(house)
    house.owe("senior_manager", "head_of_service", "director")
    (draw,) = house.draw().draws
    one = draw.cases.get(assignment__post__role="senior_manager")
    replace_case(drawn=one, reason="family_crisis", note="", by=authority.qa_officer, now=DRAW_DAY)
    return house


def three_years_pass(house: House) -> None:
    authority = house.authority
    Case.objects.update(
        status="closed",
        plan_type="care_leaver",
        age_band="18_and_over",
        flags="",
        family_ref="",
        unit=authority.duty_team_2,
        worker=None,
        is_restricted=False,
        restriction_reason="",
    )
    CaseClearance.objects.all().delete()
    for holding in PostHolding.objects.filter(user=authority.care_practitioner):
        people.end_holding(holding=holding, ends_on=LATER.date(), by=authority.admin, now=LATER)
    PostHolding.objects.filter(ends_on__isnull=True).update(ends_on=LATER.date() - timedelta(days=400))
    Post.objects.update(is_active=False)
    Unit.objects.filter(pk=authority.care.pk).update(name="Looked after children")
    content = deepcopy(house.version.content)
    content["framework"] |= {"version": "2029.1", "effective_from": "2029-04-01"}
    for activity in content["framework"]["activities"]:
        if activity.get("draw"):
            activity["draw"] |= {"reserve_share": 0.5, "one_per_family": False, "strata": None}
            activity["draw"] |= {"minimum_share": None, "new_workers": None, "by_theme": False}
    load_pack(content=content, units=[authority.root], by=None, now=LATER)
    MonthTheme.objects.all().delete()


def test_the_record_alone_gives_the_same_cases(house, time_machine):
    three_years_pass(house)
    time_machine.move_to(LATER)
    (draw,) = SampleDraw.objects.all()
    assert verify_draw(draw).matches
    call_command("verify_draw", str(draw.pk))


def test_and_a_change_of_the_record_is_still_found(house):
    three_years_pass(house)
    (draw,) = SampleDraw.objects.all()
    SampleDraw.objects.update(settings={**draw.settings, "one_per_family": False})
    assert not verify_draw(SampleDraw.objects.get()).matches
