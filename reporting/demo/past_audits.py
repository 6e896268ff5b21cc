"""Case audits of the past: held, answered, judged and handed in, many at once.

Writes what ``audits.workflow.submit_audit`` writes, without asking the database for each audit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Model
from django.urls import reverse

from audits.models import AuditMeeting, AuditResult, CaseAudit
from audits.workflow.judging import FEEDBACK_GIVEN
from qaframework.actions.models import Action
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import activity_of
from qaframework.clocks.models import Clock
from qaframework.clocks.workflow import ClockDraft, start_clocks
from qaframework.people.models import Post, User
from qaframework.rules.deadlines import due_date
from qaframework.rules.grades import GradeScheme
from qaframework.rules.periods import Month
from qaframework.rules.working_days import at_local_time, end_of_day, local_date
from qaframework.tools.models import Answer, Submission
from reporting.demo import bulk
from reporting.demo.answers import STRONG, WORST, answers, section_grades, some, tone_of, words
from reporting.demo.signing import ask_and_sign, signed_by
from reporting.demo.story import Story, stop_clocks

# How often each grade is given, best first, at the beginning of the year and at its end.
GRADES_THEN, GRADES_NOW = (0.05, 0.45, 0.45, 0.05), (0.09, 0.58, 0.31, 0.02)
NOT_THERE, BY_CALL = 0.04, 0.06
NOT_ON_FILE = 0.2

Involvement = CaseAudit.Involvement


@dataclass
class HandedIn:
    """Rows of one batch of audits, to be written together."""

    answers: list[Answer] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    meetings: list[AuditMeeting] = field(default_factory=list)
    results: list[AuditResult] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    audits: list[CaseAudit] = field(default_factory=list)
    entries: dict[type[Model], list[Model]] = field(default_factory=dict)
    stops: list[tuple[Clock, datetime]] = field(default_factory=list)

    def remember(self, row: Model, at: datetime, by: User | None, reason: str) -> None:
        self.entries.setdefault(type(row), []).append(bulk.remember(row, at=at, by=by, reason=reason))


def hand_in(story: Story, due: Iterable[tuple[int, datetime]]) -> list[Action]:
    """Hand in these audits, by id, each at its moment; return the actions that follow."""
    moments = dict(due)
    audits = CaseAudit.objects.filter(pk__in=moments).select_related(
        "assignment__post__unit",
        "assignment__case",
        "assignment__worker",
        "assignment__unit",
        "assignment__clock",
        "assignment__programme",
        "assignment__framework_version",
        "answer_set__tool_version",
        "action_plan",
    )
    batch = HandedIn()
    for audit in sorted(audits, key=lambda audit: (moments[audit.pk], audit.pk)):
        _hold_and_judge(story, audit, moments[audit.pk], batch)
    _write(story, batch)
    return batch.actions


def _hold_and_judge(story: Story, audit: CaseAudit, at: datetime, batch: HandedIn) -> None:
    chance, assignment = story.chance, audit.assignment
    auditor = story.holder(assignment.post)
    definition = audit.answer_set.tool_version.definition
    assert auditor is not None
    assert definition.scheme is not None
    scheme = definition.scheme.scheme
    grade = _grade(story, scheme, at)
    if assignment.pk in story.to_meet | story.to_authorise:
        grade = scheme.worst.key
    tone = tone_of(scheme, grade)
    held = at - timedelta(hours=2)
    values = answers(chance, definition, tone, local_date(held), [])
    values |= section_grades(chance, definition, scheme, grade)
    values |= signed_by(definition, auditor, held)
    batch.audits.append(audit)
    batch.answers += [
        Answer(answer_set=audit.answer_set, question_key=key, value=value, saved_by=auditor, saved_at=held)
        for key, value in values.items()
    ]
    assignment.state = Assignment.State.IN_PROGRESS
    batch.remember(assignment, held, auditor, "Started")
    _judge(story, audit, auditor, grade, tone)
    batch.remember(audit, held, auditor, "Judgement saved")
    _meet(story, audit, auditor, held, batch)
    _plan_actions(story, audit, tone, at, batch)
    _submit(audit, auditor, values, at, batch)


def _grade(story: Story, scheme: GradeScheme, at: datetime) -> str:
    """Practice gets better over the year, a little."""
    year = (story.now - at).days / 365
    weights = [now + (then - now) * min(year, 1) for then, now in zip(GRADES_THEN, GRADES_NOW, strict=True)]
    keys = [grade.key for grade in scheme.grades]
    return story.chance.choices(keys, weights[: len(keys)])[0]


def _judge(story: Story, audit: CaseAudit, auditor: User, grade: str, tone: str) -> None:
    chance = story.chance
    where = chance.random()
    audit.auditor = auditor
    audit.overall_grade = grade
    audit.grade_reason = some(chance, "grade_reason", tone)
    audit.impact = some(chance, "impact", tone)
    reason = some(chance, "grade_reason", tone)
    audit.unmet_indicators_reason = reason if tone == STRONG else ""
    audit.final_grade_reached_by = "Agreed in the audit"
    audit.version += 1
    if where < NOT_THERE:
        audit.worker_took_part = Involvement.NO
        audit.not_involved_reason = some(chance, "not_involved")
        audit.final_grade_reached_by = "Judged by the auditor"
        return
    audit.worker_took_part = Involvement.IN_PERSON
    if where < NOT_THERE + BY_CALL:
        audit.worker_took_part = Involvement.BY_CALL
        audit.not_involved_reason = some(chance, "by_call")
    audit.worker_grade = grade
    audit.worker_view = some(chance, "worker_view")
    audit.agreement = CaseAudit.Agreement.AGREED


def _meet(story: Story, audit: CaseAudit, auditor: User, held: datetime, batch: HandedIn) -> None:
    if audit.worker_took_part == Involvement.NO:
        return
    batch.meetings.append(
        AuditMeeting(
            audit=audit,
            starts_at=at_local_time(local_date(held), time(held.hour, 0)),
            minutes=audit.answer_set.tool_version.definition.minutes,
            place=f"Meeting room, {audit.assignment.unit}",
            state=AuditMeeting.State.ACCEPTED,
            proposed_by=auditor,
        )
    )
    worker = audit.assignment.worker
    if worker is None:
        return
    prepared = held - timedelta(days=story.chance.randint(1, 6))
    ready = {"by": worker.pk, "name": worker.full_name, "at": prepared.isoformat()}
    audit.preparation = {one.key: ready for one in activity_of(audit.assignment).preparation}


def _plan_actions(story: Story, audit: CaseAudit, tone: str, at: datetime, batch: HandedIn) -> None:
    """One or two things to do; after the worst grade three, one of them at once."""
    chance, plan, worker = story.chance, audit.action_plan, audit.assignment.worker
    owner = story.organisation.post_of(worker.pk) if worker else None
    if owner is None:
        return
    manager = story.organisation.line_manager(owner.pk)
    if manager and story.holder(manager) is None:
        manager = None
    urgent = chance.sample(_texts(WORST), 1) if tone == WORST else []
    usual = chance.sample(_texts("strong" if tone == STRONG else "weak"), chance.choice((1, 2)))
    rules = story.pack.action_rules
    for text in urgent + usual:
        priority = Action.Priority.IMMEDIATE if text in urgent else Action.Priority.STANDARD
        offset = rules.immediate if text in urgent else rules.standard
        post: Post = manager if manager and chance.random() < 0.2 else owner
        batch.actions.append(
            Action(
                plan=plan,
                what=text[0],
                measure=text[1],
                finding=text[2],
                priority=priority,
                owner_post=post,
                due_on=due_date(local_date(at), offset, story.calendar),
                state=Action.State.OPEN,
                created_at=at,
            )
        )


def _texts(tone: str) -> list[list[str]]:
    return words()["actions"][tone]


def _submit(
    audit: CaseAudit, auditor: User, values: dict[str, object], at: datetime, batch: HandedIn
) -> None:
    assignment, answer_set, plan = audit.assignment, audit.answer_set, audit.action_plan
    answer_set.is_locked = True
    batch.remember(answer_set, at, auditor, "Handed in")
    batch.submissions.append(
        Submission(
            answer_set=answer_set,
            revision=answer_set.revision,
            answers=values,
            submitted_by=auditor,
            submitted_at=at,
        )
    )
    assignment.state, assignment.submitted_at = Assignment.State.SUBMITTED, at
    batch.remember(assignment, at, auditor, "Submitted")
    if assignment.clock:
        batch.stops.append((assignment.clock, at))
    plan.issued_at = plan.notified_at = at
    batch.remember(plan, at, auditor, "Issued")
    audit.submitted_at, audit.version = at, audit.version + 1
    batch.remember(audit, at, auditor, "Submitted")
    batch.results.append(_result(audit, values, at))


def _result(audit: CaseAudit, values: dict[str, object], at: datetime) -> AuditResult:
    assignment = audit.assignment
    assert assignment.case is not None
    assert assignment.due_on is not None
    feedback = [values[key] == given for key, given in FEEDBACK_GIVEN.items() if key in values]
    sections = audit.answer_set.tool_version.definition.sections
    return AuditResult(
        audit=audit,
        framework_id=assignment.programme.framework_id,
        activity=assignment.activity,
        month=Month.of(local_date(at)).key,
        unit=assignment.unit,
        plan_type=assignment.case.plan_type,
        selection=assignment.selection,
        is_restricted=assignment.case.is_restricted,
        original_grade=audit.overall_grade,
        section_grades={s.key: values[s.grade_key] for s in sections if s.grade_key in values},
        worker_took_part=audit.worker_took_part != Involvement.NO,
        feedback_obtained=any(feedback) if feedback else None,
        in_time=at <= end_of_day(assignment.due_on),
    )


def _write(story: Story, batch: HandedIn) -> None:
    audits = batch.audits
    bulk.insert(batch.answers, at="saved_at", by="saved_by", reason="Answer saved")
    Submission.objects.bulk_create(batch.submissions)
    ask_and_sign(story, zip((audit.assignment for audit in audits), batch.submissions, strict=True))
    bulk.insert(batch.meetings, at="starts_at", by="proposed_by", reason="Meeting accepted")
    AuditResult.objects.bulk_create(batch.results)
    _write_actions(story, batch)
    for clock in stop_clocks(batch.stops, Clock.StopReason.COMPLETED):
        batch.remember(clock, clock.stopped_at or story.now, None, "Completed")
    bulk.change([clock for clock, _ in batch.stops], ["stopped_at", "stop_reason"])
    bulk.change([audit.answer_set for audit in audits], ["is_locked"])
    bulk.change([audit.assignment for audit in audits], ["state", "submitted_at"])
    bulk.change([audit.action_plan for audit in audits], ["issued_at", "notified_at"])
    bulk.change(audits, JUDGED)
    for entries in batch.entries.values():
        bulk.write_entries(entries)


JUDGED = [
    "auditor",
    "overall_grade",
    "grade_reason",
    "impact",
    "unmet_indicators_reason",
    "final_grade_reached_by",
    "version",
    "worker_took_part",
    "not_involved_reason",
    "worker_grade",
    "worker_view",
    "agreement",
    "submitted_at",
]


def _write_actions(story: Story, batch: HandedIn) -> None:
    bulk.insert(batch.actions, at="created_at", reason="Issued")
    if not batch.actions:
        return
    cases = {audit.action_plan_id: audit.assignment.case for audit in batch.audits}
    drafts = [
        ClockDraft(
            kind="action",
            label=f"Action {action.pk}, case {cases[action.plan_id]}",
            url=reverse("actions:action", args=[action.pk]),
            framework_version=story.version,
            ladder=story.pack.action_rules.ladder,
            owner_post=action.owner_post,
            unit=action.owner_post.unit,
            due_at=end_of_day(action.due_on),
            case=cases[action.plan_id],
        )
        for action in batch.actions
    ]
    clocks = start_clocks(drafts, by=None, now=min(action.created_at for action in batch.actions))
    for action, clock in zip(batch.actions, clocks, strict=True):
        action.clock, clock.started_at = clock, action.created_at
    bulk.change(clocks, ["started_at"])
    bulk.change(batch.actions, ["clock"])
