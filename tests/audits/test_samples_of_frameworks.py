"""What the dip samples of the Sandwell and Windsor frameworks look at."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import CaseAudit
from qaframework.allocation.workflow import make_programme
from qaframework.caseload.models import Case
from qaframework.people.models import Unit, User
from qaframework.rules.periods import Quarter
from reporting.document import Table
from reporting.figures.samples import sample_figures
from reporting.figures.scope import Scope
from reporting.pages import document_of
from reporting.workflow import build_report
from tests.audits.drawn import LATELY, NOW, Open, drawn, page, url, verified
from tests.factories.activities import fill_in, fresh
from tests.factories.allocation import BEFORE_THE_YEAR
from tests.factories.audits import Setting, setting
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import loaded, shipped
from tests.factories.people import UnitFactory
from tests.factories.samples import closed_action, finished_audit, moderated_audit, sample_of

AUTUMN = Quarter(2026, 3)
AFTER_THE_QUARTER = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("today_is_25_november")

# Sandwell


@pytest.fixture
def sandwell(authority: Authority) -> Setting:
    return setting(authority, "sandwell")


@pytest.fixture
def service(authority: Authority) -> Authority:
    """Duty has a service with a team, both with their managers and a practitioner, beside its other teams."""
    unit = UnitFactory(code="mash", name="Front door", kind=Unit.Kind.SERVICE, parent=authority.duty)
    team = UnitFactory(code="mash-1", name="Front door team", parent=unit)
    manager = authority.appoint("service_manager", "senior_manager", unit, authority.head_of_service)
    lead = authority.appoint("door_manager", "team_manager", team, manager)
    worker = authority.appoint("door_practitioner", "practitioner", team, lead)
    CaseFactory(unit=team, worker=worker)
    return authority


def audit_in(where: Setting, worker: User, **values: Any) -> CaseAudit:
    """A finished audit of a case of the worker."""
    case = CaseFactory(unit=where.authority.post_of[worker].unit, worker=worker)
    return finished_audit(where, at=LATELY, case=case, **values)


@pytest.mark.clause("SAN-10")
def test_a_service_manager_checks_audits_of_their_own_service_that_others_did(
    client: Client, sandwell: Setting, service: Authority, open_sample: Open
) -> None:
    manager, worker = service.service_manager, service.door_practitioner
    inside = [audit_in(sandwell, worker) for _ in range(2)]
    audit_in(sandwell, worker, auditor=manager)
    for _ in range(3):
        audit_in(sandwell, service.practitioner)
    sample = open_sample(sandwell, manager, "service_audit_check")
    assert set(drawn(sample)) == {f"Audit {one.pk}" for one in inside}
    assert sample.draw.pool.name == "Front door"
    assert (sample.draw.size, sample.draw.shortfall) == (3, 1)
    section = page(client, "section", sample, "audits")
    assert "was it taken further in time?" in section
    assert all(client.get(reverse("audits:audit", args=[one.pk])).status_code == 200 for one in inside)
    fill_in(sample, manager, NOW)
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open


@pytest.mark.clause("SAN-10", "SAN-13")
@pytest.mark.parametrize(
    ("who", "activity"),
    [("service_manager", "service_action_check"), ("head_of_service", "close_the_loop_check")],
)
def test_managers_check_that_actions_which_others_verified_were_carried_through(
    client: Client, sandwell: Setting, service: Authority, open_sample: Open, who: str, activity: str
) -> None:
    manager, audit = getattr(service, who), audit_in(sandwell, service.door_practitioner)
    owner = service.post_of[service.door_practitioner]
    closed = [closed_action(audit, owner, verified_by=service.door_manager, at=LATELY) for _ in range(2)]
    closed_action(audit, owner, verified_by=manager, at=LATELY)
    elsewhere = audit_in(sandwell, service.care_practitioner)
    other = service.post_of[service.care_practitioner]
    closed_action(elsewhere, other, verified_by=service.outsider, at=LATELY)
    sample = open_sample(sandwell, manager, activity)
    assert set(drawn(sample)) == {f"Action {one.pk}" for one in closed}
    assert sample.draw.exclusions == {"Their own work, or decided by them": 1}
    fill_in(sample, manager, NOW, difference__r2="no")
    client.post(url("hand_in", sample))
    shown = client.get(url("read", sample)).context["results"]["rows"]
    assert [row[1:4] for row in shown if row[0] == "Did it change anything for the child?"] == [[1, 0, 1]]


@pytest.mark.clause("SAN-10", "SAN-13", "SAN-30", "SAN-37", "BED-17", "RBWM-19")
@pytest.mark.parametrize(
    ("framework", "owner", "activity", "number"),
    [
        ("sandwell", "senior_manager", "service_audit_check", 6),
        ("sandwell", "senior_manager", "service_action_check", 6),
        ("sandwell", "head_of_service", "close_the_loop_check", 6),
        ("sandwell", "team_manager", "caseload_check", 6),
        ("sandwell", "qa_", "family_feedback", 4),
        ("bedford", "qa_", "audit_dip_sample", 4),
        ("bedford", "qa_", "action_dip_sample", 4),
        ("windsor", "qa_manager", "minutes_dip_sample", 4),
        ("windsor", "qa_manager", "chair_feedback", 4),
    ],
)
def test_the_year_owes_them(
    authority: Authority, framework: str, owner: str, activity: str, number: int
) -> None:
    where = setting(authority, framework)
    programme = make_programme(
        framework=where.version.framework, year=2026, by=None, now=BEFORE_THE_YEAR
    ).programme
    work = programme.assignments.filter(activity=activity, post__role__startswith=owner)
    posts = set(work.values_list("post", flat=True))
    assert work.count() == number * (1 if owner == "qa_" else len(posts)) > 0


@pytest.mark.clause("SAN-30")
def test_a_team_manager_chooses_a_worker_of_theirs_and_looks_at_drawn_cases(
    client: Client, sandwell: Setting, open_sample: Open
) -> None:
    authority = sandwell.authority
    manager, worker = authority.team_manager, authority.practitioner
    colleague = authority.appoint("colleague", "practitioner", authority.duty_team_1, manager)
    cases = CaseFactory.create_batch(5, unit=authority.duty_team_1, worker=worker)
    CaseFactory.create_batch(2, unit=authority.duty_team_1, worker=colleague)
    on_hold = CaseFactory(unit=authority.duty_team_1, worker=worker, on_hold_reason="Complaint")
    sample = open_sample(sandwell, manager, "caseload_check")
    assert not hasattr(sample, "draw")
    tasks = client.get(url("activity", sample)).context["tasks"]
    assert [one["label"] for one in tasks] == ["Choose whose cases you look at"]
    assert client.post(url("hand_in", sample)).status_code == 422
    form = client.get(url("choose", sample)).context["form"]
    offered = {int(key) for key, _ in form.fields["person"].choices if key}
    assert offered == {worker.pk, colleague.pk}
    client.post(url("choose", sample), {"person": worker.pk})
    sample = sample_of(sample.assignment)
    assert sample.assignment.worker == worker
    assert len(set(drawn(sample))) == 3
    assert set(drawn(sample)) <= {case.child_ref for case in cases}
    assert sample.draw.exclusions == {"On hold because of a complaint or review": 1}
    assert on_hold.child_ref not in page(client, "section", sample, "cases")
    again = client.post(url("choose", sample), {"person": colleague.pk})
    assert "The cases have been drawn" in again.content.decode()
    fill_in(sample, manager, NOW)
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open
    assert verified(sample)["matches"] is True


def test_a_restricted_case_is_not_named_in_the_answers(
    client: Client, sandwell: Setting, open_sample: Open
) -> None:
    authority = sandwell.authority
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner, restricted=True)
    CaseClearanceFactory(case=case, user=authority.team_manager)
    sample = open_sample(sandwell, authority.team_manager, "caseload_check")
    client.post(url("choose", sample), {"person": authority.practitioner.pk})
    sample = sample_of(sample.assignment)
    assert [one.case for one in sample.draw.records.all()] == [case]
    assert f'href="{reverse("caseload:case", args=[case.pk])}"' in page(client, "section", sample, "cases")
    client.force_login(authority.qa_officer)
    assert case.child_ref not in page(client, "read", sample) + page(client, "why", sample)


@pytest.mark.clause("SAN-37")
def test_the_qa_team_asks_families_of_moderated_audits_and_what_came_of_it_adds_up(
    client: Client, sandwell: Setting, open_sample: Open
) -> None:
    authority = sandwell.authority
    qa, moderator = authority.qa_officer, authority.qa_manager
    moderated = [moderated_audit(sandwell, at=LATELY, moderator=moderator) for _ in range(4)]
    finished_audit(sandwell, at=LATELY)
    moderated_audit(sandwell, at=LATELY, moderator=qa)
    sample = open_sample(sandwell, qa, "family_feedback")
    assert set(drawn(sample)) == {f"Audit {one.pk}" for one in moderated}
    outcomes = {1: "reached", 2: "reached", 3: "declined", 4: "not_appropriate"}
    answers = {f"outcome__r{row}": outcome for row, outcome in outcomes.items()}
    nobody = {f"{key}__r{row}": "na" for key in ("listened", "understood", "difference") for row in (3, 4)}
    fill_in(sample, qa, NOW, **answers, **nobody, difference__r2="partly")
    client.post(url("hand_in", sample))
    results = client.get(url("read", sample)).context["results"]
    came_of_it = "Reached: 2\nDeclined: 1\nNot reached: 0\nNot appropriate: 1"
    assert results["choice_rows"][0] == ["What came of it?", came_of_it]
    rows = {row[0]: row[1:5] for row in results["rows"]}
    assert rows["Has the help made a difference?"] == [1, 1, 0, 2]
    report = build_report(
        framework=sandwell.version.framework, kind="quarterly", period=AUTUMN, by=None, now=AFTER_THE_QUARTER
    )
    (section,) = [one for one in document_of(report).sections if one.key == "samples"]
    tables = {block.caption: block.rows for block in section.blocks if isinstance(block, Table)}
    chosen = dict(tables["Feedback of families after audits: what was chosen"])
    assert chosen["What came of it? Reached"] == 2
    assert chosen["What came of it? Not appropriate"] == 1
    shown = {row[0]: row[1:5] for row in tables["Feedback of families after audits: 1 sample with 4 records"]}
    assert shown["Has the help made a difference?"] == (1, 1, 0, "1 of 2")


def test_what_families_of_restricted_cases_say_is_in_no_report(
    client: Client, sandwell: Setting, open_sample: Open
) -> None:
    qa, moderator = sandwell.authority.qa_officer, sandwell.authority.qa_manager
    audits = [moderated_audit(sandwell, at=LATELY, moderator=moderator) for _ in range(3)]
    sample = open_sample(sandwell, qa, "family_feedback")
    fill_in(sample, qa, NOW)
    client.post(url("hand_in", sample))
    hidden = Case.objects.filter(pk=audits[0].assignment.case_id)
    hidden.update(is_restricted=True, restriction_reason="Family of staff")
    scope = Scope(sandwell.version, AUTUMN, (sandwell.authority.root.path,), NOW.date())
    found = {one.label: one for one in sample_figures(scope)}
    assert found["Feedback of families after audits"].records == 2
    assert found["Check of the service's audits"].samples == 0


# Windsor


@pytest.mark.clause("RBWM-19")
@pytest.mark.parametrize(
    ("activity", "section", "plan_types"),
    [
        ("minutes_dip_sample", "records", {"child_protection", "child_in_care"}),
        ("chair_feedback", "chairing", {"child_protection"}),
    ],
)
def test_the_qa_manager_samples_minutes_and_asks_social_workers_about_chairing(
    client: Client, authority: Authority, open_sample: Open, activity: str, section: str, plan_types: set[str]
) -> None:
    windsor, owner = setting(authority, "windsor"), authority.qa_manager
    for plan_type in ("child_protection", "child_in_care", "child_in_need"):
        CaseFactory.create_batch(
            6, plan_type=plan_type, unit=authority.duty_team_1, worker=authority.practitioner
        )
    sample = open_sample(windsor, owner, activity)
    cases = Case.objects.filter(child_ref__in=drawn(sample))
    assert cases.count() == 5
    assert set(cases.values_list("plan_type", flat=True)) <= plan_types
    assert sample.draw.frame_size == 6 * len(plan_types)
    first = page(client, "section", sample, section)
    assert all(f'href="{reverse("caseload:case", args=[case.pk])}"' in first for case in cases)
    fill_in(sample, owner, NOW)
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open
    assert client.get(url("read", sample)).context["results"]["rows"]


def test_the_qa_team_counts_in_the_report_of_a_framework_that_holds_for_a_part(
    client: Client, authority: Authority, open_sample: Open
) -> None:
    part = Setting(authority, loaded(shipped("sandwell"), [authority.duty]))
    moderated_audit(part, at=LATELY, moderator=authority.qa_manager)
    sample = open_sample(part, authority.qa_officer, "family_feedback")
    fill_in(sample, authority.qa_officer, NOW)
    client.post(url("hand_in", sample))
    for paths, is_whole, number in ((authority.duty.path, True, 1), (authority.duty_team_1.path, False, 0)):
        scope = Scope(part.version, AUTUMN, (paths,), NOW.date(), is_whole=is_whole)
        assert [one.records for one in sample_figures(scope)][-1] == number
