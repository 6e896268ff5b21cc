"""Audits for tests, made by the verbs: allocated, answered, judged, submitted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from audits import workflow
from audits.dip_theme_access import get_place
from audits.frames import Frame, build_frame, open_cases
from audits.models import CaseAudit
from qaframework.actions import workflow as actions
from qaframework.actions.models import Action
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Programme
from qaframework.caseload.models import Case
from qaframework.packs.definition import DrawRule
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import Post, Unit, User
from qaframework.tools.definition import Question, QuestionType, ToolDefinition
from qaframework.tools.reading import missing_answers, values_of
from qaframework.tools.values import SIGNED
from qaframework.tools.workflow import save_answer
from tests.factories.allocation import ProgrammeFactory
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import loaded, shipped

ALLOCATED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CASE_AUDIT = {
    "lancashire": "learning_space",
    "bracknell": "live_audit",
    "windsor": "managers_audit",
    "bedford": "case_file_audit",
    "sandwell": "learning_audit",
}

EXAMPLES: dict[QuestionType, Any] = {
    QuestionType.YES_NO: "no",
    QuestionType.YES_NO_NA: "yes",
    QuestionType.YES_PARTLY_NO_NA: "yes",
    QuestionType.GRADE: "good",
    QuestionType.LONG_TEXT: "She is settled at school and sees her nan on Sundays.",
    QuestionType.SHORT_TEXT: "Settled.",
    QuestionType.THREE_BOXES: {"well": "School.", "worried": "Sleep.", "needs": "A bedtime plan."},
    QuestionType.DATE: "2026-11-02",
}


def frame_of(pool: Unit, rule: DrawRule, on: date) -> Frame:
    """Who could be drawn from the pool on a local date, by the rule alone."""
    return build_frame(open_cases(pool, rule), rule, on)


@dataclass
class Setting:
    """One authority with one framework; a manager of another team audits the practitioner's cases."""

    authority: Authority
    version: FrameworkVersion

    @property
    def auditor(self) -> User:
        return self.authority.team_manager_2

    @property
    def worker(self) -> User:
        return self.authority.practitioner


def setting(authority: Authority, framework: str = "lancashire") -> Setting:
    """The framework in force for the whole authority."""
    return Setting(authority, loaded(shipped(framework), [authority.root]))


def allocated_audit(
    where: Setting,
    *,
    auditor: User | None = None,
    case: Case | None = None,
    now: datetime = ALLOCATED,
    **case_values: Any,
) -> CaseAudit:
    """An audit that the auditor's post owes, ready to be started; the case is the practitioner's."""
    authority = where.authority
    worker = case.worker if case else where.worker
    case = case or CaseFactory(unit=authority.duty_team_1, worker=worker, **case_values)
    assert case.unit is not None
    planned = allocation.add_work(
        programme=programme_of(where.version),
        activity=CASE_AUDIT[where.version.framework.key],
        post=_post(authority, auditor or where.auditor),
        starts_on=date(2026, 11, 2),
        by=None,
        now=now,
    )
    allocation.allocate(
        assignment=planned,
        case=case,
        worker=worker,
        unit=case.unit,
        selection="random",
        allocated_on=date(2026, 11, 2),
        by=None,
        now=now,
    )
    return fresh(workflow.open_audit(assignment=planned, by=None, now=now))


def answer_everything(audit: CaseAudit, by: User, now: datetime, **answers: Any) -> None:
    """Fill in all that is required; ``answers`` by question key take the place of the examples."""
    definition = audit.answer_set.tool_version.definition
    wanted = answers
    while wanted := _required(definition, audit) | wanted:
        for key, value in wanted.items():
            save_answer(answer_set=audit.answer_set, question_key=key, value=value, version=0, by=by, now=now)
        wanted = {}


def _required(definition: ToolDefinition, audit: CaseAudit) -> dict[str, Any]:
    """Examples for what is still missing; answers can make more questions required."""
    missing = missing_answers(definition, values_of(audit.answer_set))
    return {key: example(question) for _, question, key in missing}


def example(question: Question) -> Any:
    """A plausible answer of the question's type."""
    if question.type is QuestionType.PICK_ONE:
        return question.options[0].key
    if question.type is QuestionType.PICK_SEVERAL:
        return [question.options[0].key]
    if question.type in (QuestionType.NUMBER, QuestionType.SCALE):
        return int(question.minimum or 0)
    if question.type is QuestionType.SIGN_OFF:
        return SIGNED
    if question.type is QuestionType.ROWS:
        return {part: example(column) for part, column in question.parts()}
    return EXAMPLES[question.type]


def judge(audit: CaseAudit, by: User, now: datetime, grade: str = "good", **values: str) -> CaseAudit:
    """A judgement on which both agree, unless said otherwise."""
    judgement = {
        "worker_took_part": "in_person",
        "overall_grade": grade,
        "grade_reason": "The plan answers the worries.",
        "impact": "Life has become calmer for the child.",
        "worker_grade": grade,
        "worker_view": "I agree.",
        "agreement": "agreed",
        **values,
    }
    return workflow.save_judgement(audit=audit, version=audit.version, values=judgement, by=by, now=now)


def draft_action(audit: CaseAudit, by: User, owner_post: Post, now: datetime, **values: Any) -> Action:
    """A SMART action of the plan, not yet issued."""
    action = {
        "what": "Agree a safety plan with the family.",
        "measure": "The plan is on the record and the family has a copy.",
        "finding": "There is no safety plan.",
        "priority": "standard",
        "due_on": date(2026, 12, 1),
        "longer_reason": "",
        **values,
    }
    return actions.add_action(plan=audit.action_plan, owner_post=owner_post, by=by, now=now, **action)


def ready_audit(where: Setting, now: datetime, grade: str = "good", **case_values: Any) -> CaseAudit:
    """Begun, answered, judged, with one action: everything is there to submit."""
    audit = allocated_audit(where, **case_values)
    workflow.begin_audit(audit=audit, by=where.auditor, now=now)
    answer_everything(audit, where.auditor, now)
    judge(audit, where.auditor, now, grade)
    draft_action(audit, where.auditor, _post(where.authority, where.worker), now)
    return fresh(audit)


def submitted_audit(where: Setting, now: datetime, grade: str = "good", **case_values: Any) -> CaseAudit:
    """Handed in; its actions are issued."""
    audit = ready_audit(where, now, grade, **case_values)
    return fresh(workflow.submit_audit(audit=audit, by=where.auditor, now=now))


def fresh(audit: CaseAudit) -> CaseAudit:
    """The audit as the database has it now."""
    return CaseAudit.objects.select_related("assignment", "answer_set", "action_plan").get(pk=audit.pk)


def _post(authority: Authority, user: User) -> Post:
    return authority.post_of[user]


def programme_of(version: FrameworkVersion) -> Programme:
    """The year of the framework, without work where none was planned."""
    found = Programme.objects.filter(framework=version.framework, year=2026).first()
    return found or ProgrammeFactory(framework=version.framework)


def theme_written_on(head: User, unit: Unit, now: datetime) -> dict[str, dict[str, Any]]:
    """The unit's theme of dip samples of the month, with a text on what they show that nobody has signed:
    what goes into the addresses of the month and of the theme."""
    programme = Programme.objects.get(framework__key="lancashire")
    month = {"programme": programme.pk, "rule": "dip_sample_theme", "unit": unit.pk, "month": f"{now:%Y-%m}"}
    place = get_place(head, *month.values(), now.date())
    theme = workflow.choose_dip_theme(place=place, title="Fathers", source="", by=head, now=now)
    workflow.write_narrative(theme=theme, text="Fathers are named.", read=0, by=head, now=now)
    return {"month of dip samples": month, "theme of dip samples": {"pk": theme.pk}}
