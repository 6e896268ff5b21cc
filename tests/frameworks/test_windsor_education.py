"""What the Windsor framework asks of its education service (RBWM-07)."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audits.models import DipSample
from audits.workflow import open_dip_sample, verify_sample
from observations.models import Observation
from qaframework.activities.workflow import open_activity
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import allocate_period_work, make_programme
from qaframework.caseload.models import Case
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import ProgrammeYear
from tests.factories.activities import fill_in, fresh
from tests.factories.caseload import CaseFactory
from tests.frameworks.conftest import Employ, Grow, Plan
from tests.frameworks.observing import holder

MONTHS = [month.key for month in ProgrammeYear(2026).months]
LONG_OPEN = date(2025, 1, 6)


@pytest.fixture
def education(grow: Grow, employ: Employ, root: Unit) -> dict[str, list[Post]]:
    """The education service with a leader, and a team with its manager and four case holders."""
    service = grow("education", Unit.Kind.FUNCTION)
    team = grow("plans-team", Unit.Kind.TEAM, service)
    leader = employ(service, "senior_manager")
    manager = employ(team, "team_manager", reports_to=leader[0])
    return {
        "leader": leader,
        "manager": manager,
        "workers": employ(team, "practitioner", 4, reports_to=manager[0]),
        "elsewhere": employ(root, "practitioner"),
        "qa": employ(root, "qa_manager"),
    }


def months_of(programme: Programme, activity: str, post: Post) -> list[str]:
    rows = programme.assignments.filter(activity=activity, post=post).order_by("period")
    return list(rows.values_list("period", flat=True))


def work_of(post: Post, activity: str, period: str) -> Assignment:
    related = ("framework_version", "post__unit", "worker", "unit")
    rows = Assignment.objects.select_related(*related)
    return rows.get(post=post, activity=activity, period=period)


@pytest.mark.clause("RBWM-07")
def test_the_year_has_observations_reviews_terms_and_appraisals(
    education: dict[str, list[Post]], plan: Plan
) -> None:
    programme = plan("windsor")
    (manager,), (leader,) = education["manager"], education["leader"]
    assert len(months_of(programme, "education_observation", manager)) == 4
    assert months_of(programme, "closed_files_audit", manager) == ["2026-07", "2026-12", "2027-03"]
    assert months_of(programme, "appraisal", manager) == MONTHS[:6]
    assert months_of(programme, "appraisal_review", manager) == MONTHS[6:]
    assert months_of(programme, "parents_survey", leader) == ["2026-10"]
    for worker in education["workers"]:
        assert len(months_of(programme, "report_review", worker)) == 4
    assert not programme.assignments.filter(activity="report_review", post__in=education["elsewhere"])


@pytest.mark.clause("RBWM-07")
def test_parents_are_asked_every_other_year(education: dict[str, list[Post]], plan: Plan) -> None:
    framework = plan("windsor").framework
    (leader,) = education["leader"]
    asked = {}
    for year in (2027, 2028):
        now = datetime(year, 3, 20, 9, 0, tzinfo=UTC)
        made = make_programme(framework=framework, year=year, by=None, now=now)
        asked[year] = months_of(made.programme, "parents_survey", leader)
        said = [line for line in made.not_due if line.startswith("Parents' views")]
        assert bool(said) is (year == 2027)
    assert asked == {2027: [], 2028: ["2028-10"]}


@pytest.mark.clause("RBWM-07")
def test_a_colleague_reviews_a_report_before_it_is_issued(
    client: Client, education: dict[str, list[Post]], plan: Plan
) -> None:
    """By the planned day of issue, never the author, and plainly when the report had gone out before."""
    plan("windsor")
    reviewer = education["workers"][0]
    colleagues = {holder(post) for post in education["workers"][1:]}
    client.force_login(holder(reviewer))
    period = next(
        row.period
        for row in Assignment.objects.filter(post=reviewer).order_by("period")
        if row.period >= "2026-05"
    )
    first, second = (datetime(2026, int(period[5:]), day, 9, 0, tzinfo=UTC) for day in (4, 14))
    with time_machine.travel(first, tick=False) as clock:
        allocate_period_work(now=first)
        work = work_of(reviewer, "report_review", period)
        quarter_ends = work.due_on
        assert work.worker in colleagues
        client.get(reverse("open_work", args=[work.pk]), follow=True)
        review = Observation.objects.get(assignment=work)
        arrange = reverse("observations:arrange", args=[review.pk])
        page = client.get(arrange)
        offered = {key for key, _ in page.context["form"].fields["person"].choices if key}
        assert offered == {str(one.pk) for one in colleagues}
        assert "On which day is the report to be issued?" in page.content.decode()
        issued = date(2026, first.month, 12)
        sent = client.post(arrange, {"person": work.worker_id, "day": issued.isoformat()})
        assert sent.status_code == 302
        work.refresh_from_db()
        assert quarter_ends is not None
        assert (work.due_on, work.due_on < quarter_ends) == (issued, True)
        hand_in = reverse("observations:hand_in", args=[review.pk])
        assert "had been issued already" not in client.get(hand_in).content.decode()
        fill_in(fresh(review), holder(reviewer), first)
        clock.move_to(second, tick=False)
        client.force_login(holder(reviewer))
        said = f"The report was to be issued on {issued.day} {issued:%B} 2026, so it had been issued already"
        assert said in client.get(hand_in).content.decode()
        client.post(hand_in)
        assert not fresh(review).is_open
        assert said in client.get(reverse("observations:read", args=[review.pk])).content.decode()


@pytest.fixture
def families(education: dict[str, list[Post]]) -> list[Case]:
    """Twenty open families of which one has two children, one that closed lately, and others that cannot be
    asked."""
    unit, worker = education["workers"][0].unit, holder(education["workers"][0])
    rows: list[dict[str, Any]] = [{"family_ref": f"F{number}"} for number in range(20)]
    rows += [
        {"family_ref": "F0"},
        {"family_ref": "lately", "status": "closed", "closed_on": date(2026, 6, 1)},
        {"family_ref": "long ago", "status": "closed", "closed_on": date(2025, 6, 1)},
        {"family_ref": "restricted", "is_restricted": True, "restriction_reason": "Family of staff"},
    ]
    return [
        CaseFactory(child_ref=f"E{number:02}", unit=unit, worker=worker, opened_on=LONG_OPEN, **row)
        for number, row in enumerate(rows)
    ]


@pytest.mark.clause("RBWM-07")
def test_parents_drawn_at_random_have_three_weeks_to_answer(
    client: Client, education: dict[str, list[Post]], families: list[Case], plan: Plan
) -> None:
    plan("windsor")
    (leader,) = education["leader"]
    CaseFactory(child_ref="other service", unit=education["elsewhere"][0].unit, opened_on=LONG_OPEN)
    opening = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
    with time_machine.travel(opening, tick=False) as clock:
        allocate_period_work(now=opening)
        client.force_login(holder(leader))
        work = work_of(leader, "parents_survey", "2026-10")
        client.get(reverse("open_work", args=[work.pk]), follow=True)
        survey = DipSample.objects.get(assignment=work)
        drawn = set(survey.draw.records.values_list("reference", flat=True))
        by_family = Counter(case.family_ref for case in families if case.child_ref in drawn)
        assert by_family == Counter([*(f"F{number}" for number in range(20)), "lately"])
        assert survey.draw.shortfall == 9
        assert verify_sample(survey.draw).matches
        shown = client.get(reverse("audits:dip_sample_activity", args=[survey.pk])).content.decode()
        assert "From 5 October 2026 to 26 October 2026" in shown

        for row in range(1, 22):
            came = {"came_of_it": "answered"} if row <= 12 else {"came_of_it": "no_answer"}
            answers = {**came, "answered_on": "2026-10-12", **dict.fromkeys(YES_OR_NO, "yes")}
            for key, value in answers.items() if row <= 12 else came.items():
                address = reverse("audits:dip_sample_answer", args=[survey.pk])
                saved = client.post(f"{address}?question_key={key}__r{row}", {"value": value, "version": "0"})
                assert saved.status_code == 200, saved.content
        hand_in = reverse("audits:dip_sample_hand_in", args=[survey.pk])
        problems = client.get(hand_in).context["problems"]
        assert list(problems) == ["Arrangements"]
        assert (
            problems["Arrangements"][0][0]
            == "Answers can come until 26 October 2026. Submit it after that day."
        )
        clock.move_to(datetime(2026, 10, 27, 9, 0, tzinfo=UTC), tick=False)
        client.force_login(holder(leader))
        client.post(hand_in)
        assert not fresh(survey).is_open
        text = client.get(reverse("audits:dip_sample_read", args=[survey.pk]))
        assert "(12 of 21, likely" in text.context["results"]["response"]
        assert "Counted apart: No answer by the last day: 9." in text.content.decode()
        assert text.context["results"]["rows"][0][1:5] == [12, 0, 0, 0]


YES_OR_NO = ("listened", "informed", "part", "difference")


@pytest.mark.clause("RBWM-07")
def test_files_of_closed_cases_are_drawn_each_term(
    education: dict[str, list[Post]], families: list[Case], plan: Plan
) -> None:
    plan("windsor")
    (manager,) = education["manager"]
    term = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
    with time_machine.travel(term, tick=False):
        allocate_period_work(now=term)
        work = work_of(manager, "closed_files_audit", "2026-07")
        sample = open_dip_sample(assignment=work, by=holder(manager), now=term)
    lately = next(case for case in families if case.family_ref == "lately")
    assert [row.case_id for row in sample.draw.records.all()] == [lately.pk]


@pytest.mark.clause("RBWM-07")
def test_an_appraisal_is_looked_at_again_after_six_months_with_the_same_person(
    education: dict[str, list[Post]], plan: Plan
) -> None:
    plan("windsor")
    (manager,) = education["manager"]
    for month in MONTHS:
        at = datetime(int(month[:4]), int(month[5:]), 1, 9, 0, tzinfo=UTC)
        with time_machine.travel(at, tick=False):
            allocate_period_work(now=at)
    for earlier, later in zip(MONTHS[:6], MONTHS[6:], strict=True):
        appraised = work_of(manager, "appraisal", earlier)
        again = work_of(manager, "appraisal_review", later)
        assert appraised.worker is not None
        assert again.worker == appraised.worker
        assert again.worker_reason.startswith("The same person as in “Appraisal” of")
    everybody = {work_of(manager, "appraisal", month).worker for month in MONTHS[:4]}
    assert everybody == {holder(post) for post in education["workers"]}
    talk = open_activity(Observation, assignment=work_of(manager, "appraisal", MONTHS[0]), by=None, now=at)
    assert talk.why_not_ready(date(2026, 4, 2)) == "First say on which day you talk."
