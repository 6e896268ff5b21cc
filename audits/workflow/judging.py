"""From the first answer to submission: the judgement, the practitioner's view, advice, handing in."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from audits.models import AdviceRequest, AuditResult, CaseAudit
from audits.readiness import Problem, Standing, problems_before_submission
from audits.workflow.moderating import open_moderation_by_grade
from qaframework.actions import workflow as actions
from qaframework.actions.models import Concern
from qaframework.activities.workflow import hand_in
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory, history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools.reading import section_grades, values_of

JUDGEMENT_FIELDS = (
    "worker_took_part",
    "not_involved_reason",
    "overall_grade",
    "grade_reason",
    "impact",
    "worker_grade",
    "worker_view",
    "agreement",
    "unmet_indicators_reason",
)

VIEW_FIELDS = ("worker_grade", "worker_view")

SUBMITTED = "Submitted"

# Questions on whether the family was asked, and the answer that says they gave their view.
FEEDBACK_GIVEN = {"feedback_asked": "answered", "feedback_given": "given"}


class NotReady(Refused):
    """The audit lacks something; ``problems`` name all of it at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{problem.topic}: {problem.message}" for problem in problems))


class JudgementConflict(Exception):
    """Somebody else changed the same parts after they were read. Nothing was written.

    ``names`` are the fields in question, ``mine`` what was refused, ``theirs`` the audit as it stands,
    saved by ``by`` (None for the system).
    """

    def __init__(self, names: list[str], mine: dict[str, str], theirs: CaseAudit, by: User | None) -> None:
        super().__init__("The judgement has changed since it was read.")
        self.names, self.mine, self.theirs, self.by = names, mine, theirs, by


@transaction.atomic
def begin_audit(*, audit: CaseAudit, by: User, now: datetime) -> CaseAudit:
    """The auditor starts; from now on the case cannot be replaced."""
    allocation.begin(assignment=audit.assignment, by=by, now=now)
    if audit.auditor_id == by.pk:
        return audit
    return history.change(audit, by=by, now=now, reason="Started", auditor=by)


@transaction.atomic
def save_judgement(
    *, audit: CaseAudit, version: int, values: dict[str, str], by: User, now: datetime
) -> CaseAudit:
    """Write what the person changed since they read ``version``.

    Two people may write different parts at the same time. Raises JudgementConflict when somebody else
    changed the same part, and Refused once the audit was handed in.
    """
    _refuse_unknown(values, JUDGEMENT_FIELDS)
    return _write_judgement(audit, version, values, reason="Judgement saved", by=by, now=now)


@transaction.atomic
def add_worker_view(
    *, audit: CaseAudit, version: int, values: dict[str, str], by: User, now: datetime
) -> CaseAudit:
    """The practitioner's own grade or view, from their own device, while the audit is open (BF-13).

    Raises JudgementConflict when the auditor has meanwhile written it down for them.
    """
    if by.pk != audit.assignment.worker_id:
        raise Refused("Only the practitioner of this case can give the practitioner's view.")
    _refuse_unknown(values, VIEW_FIELDS)
    return _write_judgement(audit, version, values, reason="Practitioner's view", by=by, now=now)


@transaction.atomic
def ask_advice(
    *, audit: CaseAudit, auditor_reason: str, worker_reason: str, by: User, now: datetime
) -> AdviceRequest:
    """Auditor and practitioner cannot agree: the QA team is asked, and the audit waits (BF-14)."""
    _refuse_unless_open(audit)
    if not (auditor_reason.strip() and worker_reason.strip()):
        raise Refused("Give both reasons: the auditor's and the practitioner's.")
    if AdviceRequest.objects.filter(audit=audit).exists():
        raise Refused("The quality assurance team has been asked already.")
    request = history.create(
        AdviceRequest(
            audit=audit,
            auditor_reason=auditor_reason,
            worker_reason=worker_reason,
            asked_by=by,
            asked_at=now,
        ),
        by=by,
        now=now,
        reason="Advice asked",
    )
    today = local_date(now)
    posts = directory.nearest_posts(audit.assignment.unit, "qa_manager", today)
    managers = [directory.holder_of(post, today) for post in posts]
    _tell(
        audit,
        managers,
        "advice_asked",
        "Advice on a grade is needed",
        now=now,
        body="Auditor and practitioner do not agree on the grade. The audit waits until advice is given.",
        url=reverse("audits:give_advice", args=[request.pk]),
    )
    return request


@transaction.atomic
def give_advice(
    *, request: AdviceRequest, advice: str, advised_grade: str, by: User, now: datetime
) -> AdviceRequest:
    """The QA team answers; auditor and practitioner are told, and the audit can be submitted."""
    if not advice.strip():
        raise Refused("Write the advice, so that both can follow how it was reached.")
    assignment = request.audit.assignment
    if by.pk in {request.asked_by_id, assignment.worker_id}:
        raise Refused("Somebody who is not part of this audit has to advise.")
    history.change(
        request,
        by=by,
        now=now,
        reason="Advice given",
        only_if={"advised_at__isnull": True},
        advice=advice,
        advised_grade=advised_grade,
        advised_by=by,
        advised_at=now,
    )
    _tell(request.audit, [request.asked_by, assignment.worker], "advice", "Advice on the grade", now=now)
    return request


@transaction.atomic
def raise_concern(*, audit: CaseAudit, what: str, by: User, now: datetime) -> Concern:
    """Raise a concern from within the audit, which goes on (RBWM-11)."""
    assignment = audit.assignment
    assert assignment.case is not None
    return actions.raise_concern(
        case=assignment.case,
        unit=assignment.unit,
        worker=assignment.worker,
        answer_set=audit.answer_set,
        framework_version=assignment.framework_version,
        what=what,
        by=by,
        now=now,
    )


@transaction.atomic
def submit_audit(*, audit: CaseAudit, by: User, now: datetime) -> CaseAudit:
    """Hand the audit in: answers frozen, ladder stopped, actions issued, moderation opened if the grade asks.

    Raises NotReady with everything that is missing, AnswersLocked when it was handed in before, and
    SomebodyElseWasFirst when the judgement changed meanwhile. It lands in the QA team's inbox (BED-12).
    """
    problems = problems_before_submission(audit, Standing.read(audit), local_date(now))
    if problems:
        raise NotReady(problems)
    hand_in(audit, by=by, now=now)
    advice = AdviceRequest.objects.filter(audit=audit, advised_at__isnull=False).first()
    reached_by = "Agreed in the audit"
    if audit.agreement == CaseAudit.Agreement.NOT_AGREED and advice:
        reached_by = f"After advice from the quality assurance team on {local_date(now):%-d %B %Y}"
    elif not audit.agreement:
        reached_by = "Judged by the auditor"
    history.change(
        audit,
        by=by,
        now=now,
        reason=SUBMITTED,
        only_if={"version": audit.version},
        version=audit.version + 1,
        submitted_at=now,
        final_grade="",
        final_grade_reached_by=reached_by,
    )
    _record_result(audit, now)
    open_moderation_by_grade(audit=audit, by=None, now=now)
    return audit


def _record_result(audit: CaseAudit, now: datetime) -> None:
    """Keep the row that the figures are read from, in the same transaction."""
    assignment = audit.assignment
    assert assignment.case is not None
    assert assignment.due_on is not None
    values = values_of(audit.answer_set)
    feedback = [values[key] == given for key, given in FEEDBACK_GIVEN.items() if key in values]
    AuditResult.objects.update_or_create(
        audit=audit,
        defaults={
            "framework_id": assignment.programme.framework_id,
            "activity": assignment.activity,
            "month": Month.of(local_date(now)).key,
            "unit": assignment.unit,
            "plan_type": assignment.case.plan_type,
            "selection": assignment.selection,
            "is_restricted": assignment.case.is_restricted,
            "original_grade": audit.overall_grade,
            "final_grade": "",
            "section_grades": section_grades(audit.answer_set),
            "worker_took_part": audit.worker_took_part != CaseAudit.Involvement.NO,
            "feedback_obtained": any(feedback) if feedback else None,
            "in_time": now <= end_of_day(assignment.due_on),
        },
    )


def _refuse_unknown(values: dict[str, str], names: tuple[str, ...]) -> None:
    if unknown := set(values) - set(names):
        raise ValueError(f"Not part of the judgement: {', '.join(sorted(unknown))}.")


def _write_judgement(
    audit: CaseAudit, version: int, values: dict[str, str], *, reason: str, by: User, now: datetime
) -> CaseAudit:
    held = CaseAudit.objects.select_for_update(of=("self",)).select_related("assignment")
    current = held.get(pk=audit.pk)
    _refuse_unless_open(current)
    read = _as_read(current, version)
    mine = {name: value for name, value in values.items() if value != read[name]}
    clashing = [name for name, value in mine.items() if getattr(current, name) not in (read[name], value)]
    if clashing:
        last = current.history.select_related("history_user").first()
        raise JudgementConflict(clashing, mine, current, last.history_user)
    new = {name: value for name, value in mine.items() if getattr(current, name) != value}
    if not new:
        audit.refresh_from_db(fields=[*JUDGEMENT_FIELDS, "version"])
        return audit
    return history.change(
        audit,
        by=by,
        now=now,
        reason=reason,
        only_if={"version": current.version},
        version=current.version + 1,
        **new,
    )


def _as_read(current: CaseAudit, version: int) -> dict[str, str]:
    """The judgement as it stood in a version; empty for a version that never was."""
    stood = current if version == current.version else current.history.filter(version=version).first()
    return {name: getattr(stood, name) if stood else "" for name in JUDGEMENT_FIELDS}


def _refuse_unless_open(audit: CaseAudit) -> None:
    if audit.assignment.state not in Assignment.OPEN_STATES:
        raise Refused("This audit has been submitted. It can be changed once it has been sent back.")


def _tell(
    audit: CaseAudit,
    people: list[User | None],
    kind: str,
    subject: str,
    *,
    now: datetime,
    body: str = "Open the audit to read it.",
    url: str = "",
) -> None:
    case = audit.assignment.case
    message = Message(
        kind,
        f"{audit.pk}:{now.isoformat()}",
        subject=f"{subject}: case {case.child_ref if case else ''}",
        body=body,
        url=url or reverse("audits:audit", args=[audit.pk]),
        case_ids=[audit.assignment.case_id],
    )
    write_notices(message.to(people), now=now)
