"""What a draw can be told by its pack, beyond the plain random draw of a function."""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from audits.frames import (
    OFF_THEME,
    RECENTLY_AUDITED,
    RESTRICTED,
    SIBLING_AUDITED,
    WORKER_AUDITED,
)
from audits.models import DrawnCase, MonthTheme, SampleDraw
from audits.workflow import Drawn, draw_month, replace_case, set_theme, verify_draw
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.models import FrameworkVersion
from qaframework.packs.workflow import load_pack
from qaframework.people.refusal import Refused
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from qaframework.tools.workflow import install_tools
from tests.factories.allocation import AssignmentFactory, ProgrammeFactory
from tests.factories.audits import frame_of
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import shipped
from tests.factories.people import PostHoldingFactory

BEFORE = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
DRAW_DAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
TODAY = DRAW_DAY.date()
DECEMBER = Month(2026, 12)
SEND = {"label": "SEND", "cases": {"flags": ["send"]}, "percent": 25}


class House:
    """The authority on a framework whose draw of learning spaces has been told something more."""

    def __init__(self, authority: Authority, independence: str = "", **draw: Any) -> None:
        self.authority = authority
        content = deepcopy(shipped("lancashire"))
        (activity,) = (one for one in content["framework"]["activities"] if one["key"] == "learning_space")
        activity["draw"] |= {"pool": "authority", **draw}
        activity["independence"] = independence or activity["independence"]
        self.version: FrameworkVersion = load_pack(
            content=content, units=[authority.root], by=None, now=BEFORE
        )
        install_tools(framework_version=self.version, by=None, now=BEFORE)
        self.programme: Programme = ProgrammeFactory(framework=self.version.framework)
        self.number = 0

    @property
    def rule(self) -> Any:
        return self.version.pack.activity("learning_space").draw

    def case(self, reference: str = "", **values: Any) -> Case:
        """An open case that every auditor of the tests may audit."""
        self.number += 1
        known = {
            "child_ref": reference or f"CASE-{self.number:03}",
            "unit": self.authority.care_team_1,
            "worker": self.authority.care_practitioner,
            "opened_on": date(2025, 6, 1),
        }
        case: Case = CaseFactory(**{**known, **values})
        return case

    def owe(self, *names: str, period: str = "2026-12") -> list[Assignment]:
        """Planned work of each; its ordinals, and so the order of the posts, are the same every time."""
        posts = [self.authority.post_of[getattr(self.authority, name)] for name in names]
        return [
            AssignmentFactory(
                programme=self.programme,
                framework_version=self.version,
                post=post,
                period=period,
                ordinal=post.assignments.filter(period=period).count() + 1,
            )
            for post in posts
        ]

    def draw(self, month: Month = DECEMBER, seed: str = "7") -> Drawn:
        return draw_month(framework=self.version.framework, month=month, seed=seed, by=None, now=DRAW_DAY)

    def handed_in(self, case: Case, at: datetime) -> None:
        (assignment,) = self.owe("head_of_service", period="2026-04")
        Assignment.objects.filter(pk=assignment.pk).update(
            case=case, worker=case.worker, state="final", submitted_at=at, due_on=at.date()
        )


@pytest.fixture
def plain(authority: Authority) -> House:
    return House(authority)


AUDITORS = ("team_manager", "team_manager_2", "senior_manager", "head_of_service")


# Who is left out


def test_brothers_and_sisters_of_a_child_audited_lately_are_left_out_too(plain):
    audited = plain.case("AUDITED", family_ref="F1")
    plain.case("SISTER", family_ref="F1")
    plain.case("ALONE", family_ref="")
    plain.handed_in(audited, datetime(2026, 1, 5, 10, 0, tzinfo=UTC))
    frame = frame_of(plain.authority.root, plain.rule, TODAY)
    assert frame.exclusions == {"AUDITED": RECENTLY_AUDITED, "SISTER": SIBLING_AUDITED}
    assert [entry.reference for entry in frame.entries] == ["ALONE"]


def test_where_siblings_may_be_drawn_only_the_audited_child_is_left_out(authority):
    house = House(authority, one_per_family=False)
    audited = house.case("AUDITED", family_ref="F1")
    house.case("SISTER", family_ref="F1")
    house.handed_in(audited, datetime(2026, 1, 5, 10, 0, tzinfo=UTC))
    assert frame_of(authority.root, house.rule, TODAY).exclusions == {"AUDITED": RECENTLY_AUDITED}


@pytest.mark.parametrize(
    ("handed_in", "is_left_out"),
    [
        (datetime(2026, 8, 2, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 8, 1, 10, 0, tzinfo=UTC), False),
    ],
)
def test_a_practitioner_audited_within_the_window_is_left_alone(authority, handed_in, is_left_out):
    """Their other cases; the window of the case itself is another, longer one."""
    house = House(authority, exclude_worker_audited_within="3 months")
    audited, other = house.case("AUDITED"), house.case("OTHER")
    house.case("COLLEAGUE", unit=authority.duty_team_1, worker=authority.practitioner)
    house.handed_in(audited, handed_in)
    frame = frame_of(authority.root, house.rule, TODAY)
    assert (frame.exclusions.get(other.child_ref) == WORKER_AUDITED) is is_left_out
    assert frame.exclusions["AUDITED"] == RECENTLY_AUDITED
    assert "COLLEAGUE" not in frame.exclusions


def test_one_case_of_a_practitioner_at_a_time(authority):
    house = House(authority, one_per_worker=True)
    for _ in range(6):
        house.case()
        house.case(unit=authority.duty_team_1, worker=authority.practitioner)
    house.owe("senior_manager", "head_of_service", "director")
    (draw,) = house.draw().draws
    assert (draw.size, draw.shortfall) == (3, 1)
    assert draw.cases.filter(is_reserve=False).values("case__worker").distinct().count() == 2
    assert verify_draw(draw).matches


# Restricted cases


def test_a_restricted_case_is_drawn_only_for_an_auditor_who_is_cleared(plain, authority):
    secret = plain.case("SECRET", restricted=True)
    CaseClearanceFactory(case=secret, user=authority.senior_manager, review_on=TODAY)
    plain.case("OPEN")
    plain.owe("head_of_service", "senior_manager")
    (draw,) = plain.draw().draws
    given = dict(Assignment.objects.values_list("post__code", "case__child_ref"))
    assert given == {"senior-manager": "SECRET", "head-of-service": "OPEN"}
    assert draw.exclusions == {}
    assert verify_draw(draw).matches


@pytest.mark.parametrize("cleared", ["nobody", "somebody else", "until yesterday"])
def test_without_an_auditor_who_is_cleared_a_restricted_case_is_left_out(plain, authority, cleared):
    secret = plain.case("SECRET", restricted=True)
    plain.case("OPEN")
    if cleared == "somebody else":
        CaseClearanceFactory(case=secret, user=authority.director)
    if cleared == "until yesterday":
        CaseClearanceFactory(case=secret, user=authority.senior_manager, review_on=date(2026, 11, 1))
    plain.owe("senior_manager")
    (draw,) = plain.draw().draws
    assert draw.exclusions == {RESTRICTED: 1}
    assert [row.case.child_ref for row in draw.cases.all()] == ["OPEN"]


def test_a_restricted_reserve_takes_a_place_only_for_an_auditor_who_is_cleared(plain, authority):
    for _ in range(2):
        plain.case()
    plain.owe("senior_manager")
    (draw,) = plain.draw().draws
    drawn, reserve = draw.cases.order_by("is_reserve")
    Case.objects.filter(pk=reserve.case_id).update(is_restricted=True, restriction_reason="Adoption")
    values = {"reason": "closed", "note": "", "by": authority.qa_officer, "now": DRAW_DAY}
    with pytest.raises(Refused, match="No suitable reserve"):
        replace_case(drawn=drawn, **values)
    CaseClearanceFactory(case=reserve.case, user=authority.senior_manager)
    drawn.refresh_from_db()
    assert replace_case(drawn=drawn, **values) == reserve


# Weights


def test_cases_of_new_practitioners_count_for_more(authority):
    house = House(authority, new_workers={"within": "4 months", "weight": 2})
    new = house.case(worker=authority.practitioner, unit=authority.duty_team_1)
    old = house.case()
    PostHoldingFactory.create(user=authority.care_practitioner, starts_on=date(2026, 10, 1))
    authority.practitioner.holdings.update(starts_on=date(2026, 7, 3))
    authority.care_practitioner.holdings.filter(starts_on__lt=date(2026, 10, 1)).update(
        starts_on=date(2026, 7, 2)
    )
    frame = frame_of(authority.root, house.rule, TODAY)
    weights = {entry.reference: entry.weight for entry in frame.entries}
    assert weights == {new.child_ref: 2.0, old.child_ref: 1.0}


# A kind of case with a least share


def test_a_least_share_is_kept_over_the_year_and_the_record_says_from_what_it_follows(authority):
    house = House(authority, minimum_share=SEND)
    for number in range(40):
        house.case(flags="missing,send" if number < 4 else "missing")
    for month in range(4, 12):
        house.owe("senior_manager", "head_of_service", "director", period=f"2026-{month:02}")
        (draw,) = house.draw(Month(2026, month), seed=str(month)).draws
        assert verify_draw(draw).matches
        allocated = DrawnCase.objects.filter(state="allocated")
        assert allocated.filter(is_marked=True).count() * 4 >= min(allocated.count(), 16)
    assert [draw.minimum_share for draw in SampleDraw.objects.order_by("period")][:3] == [
        {"label": "SEND", "percent": 25, "size": 3, "drawn_before": 0, "marked_before": 0},
        {"label": "SEND", "percent": 25, "size": 3, "drawn_before": 3, "marked_before": 1},
        {"label": "SEND", "percent": 25, "size": 3, "drawn_before": 6, "marked_before": 2},
    ]
    assert {row.case.flags for row in DrawnCase.objects.filter(is_marked=True)} == {"missing,send"}


def fact(client, draw, label):
    facts = client.get(reverse("audits:draw", args=[draw.pk])).context["shown"].facts
    return next((one["value"] for one in facts if one["label"] == label), None)


def test_too_few_cases_of_the_kind_are_said_and_made_up_for_later(authority, client):
    house = House(authority, minimum_share=SEND)
    for _ in range(12):
        house.case()
    house.owe("senior_manager", "head_of_service")
    drawn = house.draw()
    assert any("0 of 1 cases of the kind “SEND”" in warning for warning in drawn.warnings)
    client.force_login(authority.qa_officer)
    said = fact(client, drawn.draws[0], "Of these SEND")
    assert said == "0, 1 due. The next draws make up for it"
    for _ in range(12):
        house.case(flags="send", family_ref="")
    house.owe("senior_manager", "head_of_service", period="2027-01")
    (draw,) = house.draw(Month(2027, 1)).draws
    assert draw.settings["minimum_marked"] == 1
    drawn = draw.cases.filter(is_reserve=False, is_marked=True).count()
    assert drawn >= 1
    assert fact(client, draw, "Of these SEND") == f"{drawn}, 1 due"


def test_a_reserve_of_the_kind_takes_the_place_of_one_of_the_kind(authority):
    house = House(authority, minimum_share=SEND)
    for number in range(20):
        house.case(flags="send" if number < 6 else "")
    house.owe(*AUDITORS, "director", "executive_director")
    (draw,) = house.draw().draws
    one = draw.cases.filter(state="allocated", is_marked=True).first()
    new = replace_case(drawn=one, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)
    assert new.is_marked


def test_a_forged_least_share_does_not_match_its_record(authority):
    house = House(authority, minimum_share=SEND)
    for number in range(20):
        house.case(flags="send" if number < 6 else "")
    house.owe(*AUDITORS)
    (draw,) = house.draw().draws
    for forged in (
        {"settings": {**draw.settings, "minimum_marked": 0}},
        {"minimum_share": {**draw.minimum_share, "marked_before": 5}},
        {"minimum_share": {**draw.minimum_share, "label": "Care"}},
    ):
        SampleDraw.objects.filter(pk=draw.pk).update(settings=draw.settings, minimum_share=draw.minimum_share)
        SampleDraw.objects.filter(pk=draw.pk).update(**forged)
        assert "settings" in verify_draw(SampleDraw.objects.get(pk=draw.pk)).difference


# Draws by theme


@pytest.fixture
def themed(authority: Authority) -> House:
    house = House(authority, by_theme=True)
    for number in range(6):
        house.case(f"CARE-{number}", plan_type="child_in_care", flags="missing" if number < 3 else "")
        house.case(f"NEED-{number}", flags="missing")
    return house


MISSING_FROM_CARE = CaseCriteria(plan_types=("child_in_care",), flags=("missing",))


def theme(house: House, title: str = "Children missing from care", **values: Any) -> MonthTheme:
    known = {
        "programme": house.programme,
        "month": DECEMBER,
        "unit": house.authority.root,
        "title": title,
        "source": "Three return interviews were late in October.",
        "criteria": MISSING_FROM_CARE,
        "by": house.authority.qa_officer,
        "now": DRAW_DAY,
    }
    return set_theme(**{**known, **values})


def test_only_cases_that_fit_the_theme_are_drawn_and_they_are_no_random_sample(themed, client):
    theme(themed)
    themed.owe("senior_manager", "head_of_service")
    (draw,) = themed.draw().draws
    assert (draw.theme, draw.frame_size) == ("Children missing from care", 3)
    assert draw.theme_criteria == {"plan_types": ["child_in_care"], "flags": ["missing"]}
    assert draw.exclusions == {OFF_THEME: 9}
    client.force_login(themed.authority.qa_officer)
    assert fact(client, draw, "Theme") == "Children missing from care"
    for assignment in Assignment.objects.select_related("case"):
        assert (assignment.selection, assignment.theme) == ("targeted", "Children missing from care")
        assert (assignment.case.plan_type, assignment.case.flags) == ("child_in_care", "missing")
    assert verify_draw(draw).matches


def test_without_a_theme_nothing_is_drawn_until_there_is_one(themed):
    themed.owe("senior_manager")
    early = themed.draw()
    assert (early.draws, early.allocated) == ([], 0)
    assert any("December 2026 has no theme yet" in warning for warning in early.warnings)
    theme(themed)
    assert themed.draw().allocated == 1


def test_the_nearest_units_theme_holds(authority):
    house = House(authority, by_theme=True, pool="function")
    house.case(plan_type="child_in_care")
    house.case(unit=authority.duty_team_1, worker=authority.practitioner, plan_type="assessment")
    theme(house, "Voice of the child", criteria=CaseCriteria())
    theme(house, "First visits", unit=authority.duty, criteria=CaseCriteria(plan_types=("assessment",)))
    house.owe("senior_manager", "care_head_of_service")
    house.draw()
    given = dict(Assignment.objects.values_list("post__code", "theme"))
    assert given == {"senior-manager": "First visits", "care-head-of-service": "Voice of the child"}


def test_a_theme_changes_until_cases_are_drawn_by_it(themed):
    first = theme(themed)
    assert theme(themed, "Return interviews") == first
    assert first.history.count() == 2
    themed.owe("senior_manager")
    (draw,) = themed.draw().draws
    assert draw.theme == "Return interviews"
    with pytest.raises(Refused, match="drawn by the theme of December 2026"):
        theme(themed, "Another")


@pytest.mark.parametrize(
    ("month", "said"), [(Month(2026, 10), "has passed"), (Month(2027, 4), "not in the year")]
)
def test_a_theme_is_for_a_month_to_come_of_the_programme(themed, month, said):
    with pytest.raises(Refused, match=said):
        theme(themed, month=month)
