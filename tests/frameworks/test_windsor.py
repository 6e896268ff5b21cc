"""Ten months of random audits, two of deep dives; early help audits its own area or a peer's, by month."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audits.models import CaseAudit
from audits.workflow import draw_month
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import make_programme
from qaframework.people.access import local_today
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.working_days import start_of_day
from tests.factories.caseload import CaseFactory
from tests.factories.packs import form_file
from tests.factories.people import UserFactory
from tests.frameworks.conftest import Employ, Grow, Plan

MONTHS = ProgrammeYear(2026).months
DEEP_DIVES = ("2026-04", "2026-08")
OWN = ("2026-05", "2026-07", "2026-09", "2026-12", "2027-01")
PEER = ("2026-06", "2026-10", "2026-11", "2027-02", "2027-03")


@pytest.fixture
def early_help(grow: Grow) -> Unit:
    return grow("early-help", Unit.Kind.FUNCTION)


@pytest.fixture
def areas(early_help: Unit, grow: Grow) -> list[Unit]:
    names = ("youth-offending", "youth-service", "welfare", "centres", "parenting", "support", "outreach")
    return [grow(name, Unit.Kind.SERVICE, early_help) for name in names]


@pytest.fixture
def managers(areas: list[Unit], employ: Employ) -> list[Post]:
    """One team manager in each of the seven service areas of early help."""
    return [post for area in areas for post in employ(area, "team_manager")]


@pytest.fixture
def social_care(grow: Grow, employ: Employ) -> list[Post]:
    """All who share the audits of social care."""
    unit = grow("social-care", Unit.Kind.FUNCTION)
    team = grow("quality-assurance", Unit.Kind.TEAM)
    roles = ("director", "head_of_service", "senior_manager", "team_manager", "advanced_practitioner")
    posts = [post for number, role in enumerate(roles, start=1) for post in employ(unit, role, number)]
    return posts + employ(team, "qa_officer", 2) + employ(team, "qa_manager")


def by_month(programme: Programme, activity: str, posts: list[Post]) -> dict[str, int]:
    rows = programme.assignments.filter(activity=activity, post__in=posts)
    return dict(Counter(rows.values_list("period", flat=True)))


@pytest.mark.clause("RBWM-21", "RBWM-27")
def test_social_care_audits_25_cases_in_ten_months_and_dives_deep_in_the_other_two(
    social_care: list[Post], managers: list[Post], plan: Plan
) -> None:
    programme = plan("windsor")
    random_months = {month.key: 25 for month in MONTHS if month.key not in DEEP_DIVES}
    assert by_month(programme, "managers_audit", social_care) == random_months
    assert by_month(programme, "deep_dive", social_care) == dict.fromkeys(DEEP_DIVES, 10)
    assert by_month(programme, "deep_dive", managers) == dict.fromkeys(DEEP_DIVES, 10)


@pytest.mark.clause("RBWM-22")
def test_everybody_who_manages_audits_and_the_load_is_even(social_care: list[Post], plan: Plan) -> None:
    plan("windsor")
    load = Counter(Assignment.objects.filter(activity="managers_audit").values_list("post", flat=True))
    assert set(load) == {post.pk for post in social_care}
    assert max(load.values()) - min(load.values()) <= 1


@pytest.mark.clause("RBWM-09", "RBWM-27")
def test_early_help_audits_two_a_month_of_each_team_manager_which_makes_fourteen(
    managers: list[Post], social_care: list[Post], plan: Plan
) -> None:
    programme = plan("windsor")
    expected = dict.fromkeys([*OWN, *PEER], 14)
    assert by_month(programme, "early_help_audit", managers) == expected
    for post in managers:
        assert by_month(programme, "early_help_audit", [post]) == dict.fromkeys(expected, 2)
    assert by_month(programme, "early_help_audit", social_care) == {}
    (volume,) = programme.framework.versions.get().pack.expected_volumes
    amounts = [volume.amount_in(month, 4) for month in MONTHS]
    assert amounts == [0 if month.key in DEEP_DIVES else 14 for month in MONTHS]


@pytest.mark.clause("RBWM-10", "RBWM-27")
@pytest.mark.parametrize(
    ("month", "is_own"), [*((key, True) for key in OWN), *((key, False) for key in PEER)]
)
def test_the_draw_keeps_to_the_own_area_in_some_months_and_to_a_peers_in_others(
    areas: list[Unit], managers: list[Post], plan: Plan, month: str, is_own: bool
) -> None:
    for area in areas:
        for number in range(8):
            worker = UserFactory()
            CaseFactory(
                child_ref=f"{area.code}-{number}", unit=area, worker=worker, opened_on=date(2025, 1, 6)
            )
    programme = plan("windsor")
    drawn = draw_month(
        framework=programme.framework,
        month=Month.parse(month),
        seed="1",
        by=None,
        now=datetime(2026, 4, 1, 6, 0, tzinfo=UTC),
    )
    given = programme.assignments.filter(activity="early_help_audit", period=month, case__isnull=False)
    sizes = [draw.size for draw in drawn.draws if draw.activity == "early_help_audit"]
    assert sizes == ([2] * 7 if is_own else [14])
    assert given.count() == 14
    for assignment in given.select_related("post", "case"):
        assert (assignment.case.unit_id == assignment.post.unit_id) is is_own


@pytest.mark.clause("RBWM-27")
def test_the_year_view_shows_the_calendar(client, root, social_care, managers, employ, plan) -> None:
    programme = plan("windsor")
    (post,) = employ(root, "qa_manager")
    client.force_login(post.holdings.get().user)
    chosen = {"programme": programme.pk, "activity": "early_help_audit"}
    page = client.get(reverse("allocation:programme"), chosen)
    row = next(row for row in page.context["view"].by_month if row[0]["text"] == "Team manager")
    months = ["–" if month.key in DEEP_DIVES else "14" for month in MONTHS]
    assert row[1:] == [*months, "140"]


@pytest.mark.clause("RBWM-09", "RBWM-27")
@pytest.mark.writes_behind_the_verbs
def test_the_year_view_adds_up_what_is_expected_planned_and_handed_in(
    client, root, social_care, managers, employ, plan, time_machine
) -> None:
    programme = plan("windsor")
    done = programme.assignments.filter(activity="early_help_audit", period="2026-05")[:3]
    moment = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    programme.assignments.filter(pk__in=[one.pk for one in done]).update(
        state="final", due_on=date(2026, 5, 31), submitted_at=moment
    )
    time_machine.move_to(datetime(2026, 6, 10, 9, 0, tzinfo=UTC))
    (post,) = employ(root, "qa_manager")
    client.force_login(post.holdings.get().user)
    page = client.get(reverse("allocation:programme"), {"programme": programme.pk})
    totals = {total.label: total for total in page.context["view"].totals}
    early_help = totals["Early help audit"]
    assert early_help.basis == "14 a month, none in April and August"
    assert early_help.rows[:5] == [
        ["April 2026", 0, 0, 0],
        ["May 2026", 14, 14, 3],
        ["June 2026", 28, 28, 3],
        ["July 2026", 42, 42, 3],
        ["August 2026", 42, 42, 3],
    ]
    assert early_help.rows[-1] == ["March 2027", 140, 140, 3]
    social = totals["Managers' audit in Social care and Quality assurance"]
    assert social.basis == "25 a month, none in April and August, between several posts"
    assert social.rows[-1] == ["March 2027", 250, 250, 0]
    dives = [total for label, total in totals.items() if label.startswith("Deep dive")]
    assert [total.rows[-1][1:3] for total in dives] == [[20, 20], [20, 20]]
    assert {total.basis for total in dives} == {"10 in April and 10 in August, between several posts"}
    assert ["Early help audit\n14 a month, none in April and August", 28, 28, 3, 140, 140] in page.context[
        "totals"
    ]
    narrowed = client.get(
        reverse("allocation:programme"), {"programme": programme.pk, "activity": "early_help_audit"}
    )
    assert [total.label for total in narrowed.context["view"].totals] == ["Early help audit"]


@pytest.mark.clause("RBWM-28")
def test_audits_of_early_help_assessments_join_the_programme_from_the_browser(
    client, root, areas: list[Unit], managers: list[Post], social_care, employ: Employ, plan: Plan
) -> None:
    """A form, an activity and a quota are added on pages; work is planned, drawn, and on the new form."""
    for area in areas:
        for _ in range(3):
            CaseFactory(unit=area, worker=UserFactory(), opened_on=date(2025, 1, 6))
    form = form_file("early_help_assessment", "Early help assessment")
    programme = plan("windsor")
    framework = programme.framework
    (post,) = employ(root, "config_admin")
    client.force_login(post.holdings.get().user)
    today = local_today()
    quarter = Quarter.of(today).next()

    added = client.post(
        reverse("tools:new_activity", args=[framework.pk]),
        {
            "number": 1,
            "label": "Early help assessment audit",
            "kind": "case_audit",
            "tool": "a_file_of_ones_own",
            "file": SimpleUploadedFile("early_help_assessment.yaml", form),
            "due": "month",
            "mode": "any",
            "pool": "function",
            "lead_time": "1 month",
            "exclude_audited_within": "12 months",
            "open_at_least": "6 weeks",
            "independence": "own_service",
            "ladder": "late_work",
            "decided_by": "head_of_service",
            "clauses": "RBWM-28",
            "effective_from": quarter.start.isoformat(),
            "note": "Early help assessments are looked at too",
        },
    )
    assert added.status_code == 302, added.context["form"].errors
    pack = framework.versions.first().pack
    cells = {
        f"{name}_{row}_{number}": amount
        for name, quotas in (("quota", pack.quotas), ("shared", pack.shared_quotas))
        for row, quota in enumerate(quotas)
        for number, amount in enumerate(quota.amounts, 1)
    }
    new = {
        "new_role": "team_manager",
        "new_unit": "early-help",
        "new_activity": "early_help_assessment_audit",
        "new_per": "quarter",
        "new_amount": 1,
    }
    last = {"number": 2, "effective_from": quarter.start.isoformat(), "note": "One a quarter"}
    owed = client.post(reverse("packs:quotas", args=[framework.pk]), cells | new | last)
    assert owed.status_code == 302, owed.context["form"].errors

    year = ProgrammeYear.of(quarter.start).year
    made = make_programme(framework=framework, year=year, by=None, now=timezone.now())
    work = made.programme.assignments.filter(activity="early_help_assessment_audit")
    first = work.filter(period__in=[month.key for month in quarter.months])
    assert sorted(first.values_list("post", flat=True)) == sorted(manager.pk for manager in managers)
    month = Month.parse(first.earliest("period").period)
    draw_month(framework=framework, month=month, seed="1", by=None, now=start_of_day(month.previous().end))
    drawn = CaseAudit.objects.filter(assignment__in=first, assignment__period=month.key)
    assert drawn.exists()
    assert {audit.answer_set.tool_version.tool.key for audit in drawn} == {"early_help_assessment"}
    assert {audit.assignment.case.unit_id == audit.assignment.post.unit_id for audit in drawn} == {True}


@pytest.mark.clause("RBWM-19")
def test_the_qa_manager_observes_two_conferences_a_quarter(root: Unit, employ: Employ, plan: Plan) -> None:
    (manager,) = employ(root, "qa_manager")
    programme = plan("windsor")
    work = programme.assignments.filter(post=manager, activity="conference_observation")
    periods = Counter(Quarter.of(Month.parse(one).start) for one in work.values_list("period", flat=True))
    assert periods == {Quarter(2026, number): 2 for number in range(1, 5)}
