"""Work of the small authority besides audits: a review of a case, dip samples, an observation, an audit of
supervision, an alert and a dispute; and reports of all that."""

from datetime import date, datetime
from typing import Any

from audits import workflow as audits
from audits.models import BenchmarkingExercise, CaseReview, DipSample
from audits.workflow.benchmarking import Group
from observations.models import Observation
from observations.workflow import arrange, hand_in
from qaframework.actions import workflow as actions
from qaframework.activities.models import Activity
from qaframework.activities.workflow import open_activities
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import Unit, User
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.working_days import local_date
from reporting import workflow as reporting
from reporting.models import Report
from supervision.models import SupervisionAudit
from tests.factories import benchmarking
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.allocation import owed
from tests.factories.audits import Setting
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.challenges import answer, raised_challenge, reviewing_officer

MODELS: dict[str, type[Activity]] = {
    "case_review": CaseReview,
    "dip_sample": DipSample,
    "observation": Observation,
    "supervision_audit": SupervisionAudit,
}
Objects = dict[str, dict[str, Any]]

# What comes by e-mail, long out of date.
OUT_OF_DATE_KEYS: Objects = {
    "password key": {"uidb36": "1", "key": "out-of-date"},
    "e-mail key": {"key": "out-of-date"},
}


def other_activities(authority: Authority, allocated_at: datetime, opened_at: datetime) -> Objects:
    """One of each kind, as ``World.objects`` names them."""
    found: Objects = {}
    for activity in MODELS:
        found |= _activity(authority, activity, allocated_at, opened_at)
    return found


def filled_in_observation(authority: Authority, allocated_at: datetime, on: datetime) -> Observation:
    """Of the practitioner, owed by the auditor's post, with all that has to be answered."""
    auditor = authority.team_manager_2
    found = opened(Observation, authority, auditor, "observation", now=allocated_at)
    arrange(
        observation=found,
        worker=authority.practitioner,
        observed_on=local_date(on),
        by=auditor,
        now=on,
    )
    fill_in(fresh(found), auditor, on)
    return fresh(found)


def observations_filled_in(authority: Authority, allocated_at: datetime, handed_in_at: datetime) -> Objects:
    """One to hand in; and one that the auditor has handed in and the practitioner is asked to sign."""
    ready = filled_in_observation(authority, allocated_at, handed_in_at)
    done = filled_in_observation(authority, allocated_at, handed_in_at)
    hand_in(observation=done, by=authority.team_manager_2, now=handed_in_at)
    return {"observation to hand in": {"pk": ready.pk}, "observation to sign": {"pk": done.pk}}


def challenges(authority: Authority, version: FrameworkVersion, at: datetime) -> Objects:
    """An alert that waits for its answer, and a dispute that has one."""
    rules = {"framework_version": version, "by": reviewing_officer(authority)}
    alert = raised_challenge(authority, now=at, **rules)
    dispute = raised_challenge(authority, now=at, kind="dispute", **rules)
    answer(dispute, by=authority.team_manager, at=at, agreed="no")
    return {"alert": {"pk": alert.pk}, "answered dispute": {"pk": dispute.pk}}


def exercises(authority: Authority, where: Setting, setting_up: datetime, done: datetime) -> Objects:
    """A benchmarking exercise whose forms are closed, one whose forms are open, and one whose learning is
    shared. The auditor, two managers elsewhere and the quality assurance manager take part."""
    elsewhere = [getattr(authority, f"{role}_elsewhere") for role in ("team_manager", "head_of_service")]
    group = Group([authority.team_manager_2, *elsewhere], authority.qa_manager, authority.team_manager_2)
    closed, opened, shared = (benchmarking.set_up(where, group=group, now=setting_up) for _ in range(3))
    for person in group.people:
        benchmarking.hand_in(opened, person, now=done)
        benchmarking.hand_in(shared, person, now=done)
    benchmarking.agree_on_everything(shared, authority.qa_manager, done)
    benchmarking.finish(shared, authority.qa_manager, done)
    audits.share_learning(exercise=shared, by=authority.qa_manager, now=done)
    return {
        **_form_of(closed, authority),
        "closed exercise": {"pk": closed.pk},
        "opened exercise": {"pk": opened.pk},
        "section to agree": {"pk": opened.pk, "key": benchmarking.SECTION},
        "shared exercise": {"pk": shared.pk},
        "opened form": {"pk": benchmarking.audit_of(opened, authority.team_manager_2).pk},
    }


def _form_of(exercise: BenchmarkingExercise, authority: Authority) -> Objects:
    """What the auditor owes for it."""
    form = benchmarking.audit_of(exercise, authority.team_manager_2)
    return {
        "benchmarking work": {"pk": form.assignment_id},
        "benchmarking form": {"pk": form.pk},
        "benchmarking section": {"pk": form.pk, "key": benchmarking.SECTION},
    }


def drawn_samples(authority: Authority, allocated_at: datetime, opened_at: datetime) -> Objects:
    """A dip sample that is drawn, and one that waits until its owner says whose cases."""
    found = {}
    for name, activity in (("drawn sample", "audit_sample"), ("sample of a worker", "worker_sample")):
        auditor = authority.team_manager_2
        values = {"due_on": date(2026, 12, 1), "activity": activity, "kind": "dip_sample"}
        work = owed(authority, authority.post_of[auditor], now=allocated_at, **values)
        opened = audits.open_dip_sample(assignment=work, by=auditor, now=opened_at)
        found[name] = {"pk": opened.pk}
    return found


def _activity(authority: Authority, activity: str, allocated_at: datetime, opened_at: datetime) -> Objects:
    """Owed by the auditor's post, with one action drafted."""
    auditor, case = authority.team_manager_2, None
    if activity == "case_review":
        case = CaseFactory(unit=authority.duty_team_1, last_review_on=date(2026, 8, 3))
    work = owed(
        authority,
        authority.post_of[auditor],
        due_on=date(2026, 12, 1),
        now=allocated_at,
        activity=activity,
        kind=activity,
        case=case,
    )
    about = {"activity": activity, "case": case, "last_review_on": case.last_review_on} if case else {}
    (opened,) = open_activities(
        MODELS[activity], assignments=[work], by=auditor, now=opened_at, about={work.pk: about}
    )
    drafted = actions.add_action(
        plan=opened.action_plan,
        what="Agree how visits are written up.",
        measure="The next three visits are on the record within two days.",
        finding="Visits are written up late.",
        priority="standard",
        owner_post=authority.post_of[authority.practitioner],
        due_on=date(2026, 12, 1),
        longer_reason="",
        by=auditor,
        now=opened_at,
    )
    section = opened.answer_set.tool_version.definition.sections[0].key
    name = activity.replace("_", " ")
    return {
        f"{name} work": {"pk": work.pk},
        name: {"pk": opened.pk},
        f"{name} section": {"pk": opened.pk, "key": section},
        f"{name} action": {"pk": opened.pk, "action_pk": drafted.pk},
    }


def reports(framework: Framework, function: Unit, officer: User, at: datetime) -> Objects:
    """A month's that was released and one that is a draft, and a function's for a quarter."""
    found = {}
    for name, month in (("released report", "2026-09"), ("draft report", "2026-10")):
        period = Month.parse(month)
        built = reporting.build_report(framework=framework, kind="monthly", period=period, by=None, now=at)
        found[name] = {"pk": built.pk}
        found[f"{name}, pdf"] = {"pk": built.pk, "kind": "pdf"}
    quarter = Quarter.parse("2026-Q2")
    of_function = reporting.build_report(
        framework=framework, kind="quarterly", period=quarter, unit=function, by=None, now=at
    )
    for report in (Report.objects.get(**found["released report"]), of_function):
        reporting.write_words(
            report=report,
            so_what="Plans are getting clearer.",
            now_what="Managers look at chronologies next.",
            was=("", ""),
            by=officer,
            now=at,
        )
        reporting.release_report(report=report, by=officer, now=at)
    return {**found, "report of a function": {"pk": of_function.pk}}
