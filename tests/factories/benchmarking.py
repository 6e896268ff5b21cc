"""Benchmarking exercises for tests, made by the verbs."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from audits import workflow
from audits.models import BenchmarkingAudit, BenchmarkingExercise
from audits.workflow.benchmarking import Group
from qaframework.caseload.models import Case
from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.reading import Content
from qaframework.people.models import User
from tests.factories.activities import fill_in
from tests.factories.audits import Setting, programme_of
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

SET_UP = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
DUE_ON, MEETS_ON = date(2026, 11, 20), date(2026, 11, 27)
ON_TIME = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
SECTION = "recording"


def group_of(authority: Authority) -> Group:
    """Three managers, the first of whom meets the practitioner, and the quality assurance manager."""
    managers = [authority.team_manager_2, authority.outsider, authority.senior_manager]
    return Group(managers, authority.qa_manager, authority.team_manager_2)


def set_up(
    where: Setting, *, group: Group | None = None, case: Case | None = None, **changes: Any
) -> BenchmarkingExercise:
    """By the quality assurance officer, who is not in the group, about a case of the practitioner."""
    authority = where.authority
    values: dict[str, Any] = {"due_on": DUE_ON, "meets_on": MEETS_ON, "now": SET_UP, **changes}
    return workflow.set_up_exercise(
        programme=programme_of(where.version),
        activity="benchmarking",
        case=case or CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner),
        group=group or group_of(authority),
        by=authority.qa_officer,
        **values,
    )


def audit_of(exercise: BenchmarkingExercise, person: User) -> BenchmarkingAudit:
    """The form that a post of the person owes or owed."""
    mine = exercise.audits.filter(assignment__post__holdings__user=person)
    related = ("assignment", "answer_set__tool_version", "action_plan", "exercise")
    return mine.select_related(*related).get()


def write(
    exercise: BenchmarkingExercise,
    person: User,
    *,
    grades: Mapping[str, str] | None = None,
    overall: str = "good",
    why: str = "The plan is clear.",
    now: datetime = ON_TIME,
) -> BenchmarkingAudit:
    """All that is asked; section grades are good but for those in ``grades``, by the key of their section."""
    audit = audit_of(exercise, person)
    given = {f"grade__{section}": grade for section, grade in (grades or {}).items()}
    fill_in(audit, person, now, **given)
    workflow.judge_overall(audit=audit, grade=overall, reason=why, by=person, now=now)
    return audit_of(exercise, person)


def hand_in(exercise: BenchmarkingExercise, person: User, *, now: datetime = ON_TIME, **said: Any) -> None:
    audit = write(exercise, person, now=now, **said)
    workflow.hand_in_benchmarking(audit=audit, by=person, now=now)


def all_hand_in(exercise: BenchmarkingExercise, authority: Authority) -> None:
    """The senior manager two steps below the others on the first section, the outsider one above overall."""
    low = {SECTION: "inadequate"}
    for person in group_of(authority).people:
        hand_in(
            exercise,
            person,
            grades=low if person == authority.senior_manager else {},
            overall="outstanding" if person == authority.outsider else "good",
        )


def agree_on_everything(exercise: BenchmarkingExercise, by: User, now: datetime) -> None:
    """Good on each section."""
    tool = exercise.audits.all()[0].answer_set.tool_version.definition
    for section in tool.sections:
        if section.graded:
            workflow.agree_section(
                exercise=exercise,
                section=section.key,
                grade="good",
                note="We read the chronology together.",
                read=0,
                by=by,
                now=now,
            )


def finish(exercise: BenchmarkingExercise, by: User, now: datetime) -> BenchmarkingExercise:
    return workflow.finish_exercise(
        exercise=exercise,
        grade="good",
        reason="The child is safer and says so.",
        learning="Read the chronology before you grade the record.",
        by=by,
        now=now,
    )


def with_benchmarking(content: Content) -> Content:
    """The rules of a framework, and a benchmarking exercise on the form of a whole case audit."""
    changed = deepcopy(content)
    activity: dict[str, Any] = {"key": "benchmarking", "label": "Benchmarking", "kind": "benchmarking"}
    activity |= {"tool": "case_file_audit", "grade_scheme": "ofsted4"}
    activity["ladder"] = changed["framework"]["ladders"][0]["key"]
    changed["framework"]["activities"].append(activity)
    changed["tools"]["case_file_audit"] = ready_made(TOOLS)["case_file_audit"]
    return changed
