"""One small authority in the middle of its year, made by the verbs, and everybody who may look at it.

Every record lies in Duty team 1 and is about the practitioner's cases. Each role is held twice: by a
person whose units hold the record, and by one "elsewhere", in the other function.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.test import Client

from audits import workflow as audits
from audits.models import CaseAudit, DrawnCase, Moderation
from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions import workflow as actions
from qaframework.actions.models import LoopClosure
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.caseload import workflow as caseload
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.packs.models import FrameworkVersion
from qaframework.packs.reading import Content
from qaframework.packs.workflow import change_quotas
from qaframework.people import workflow as people
from qaframework.people.models import User
from qaframework.people.roles import ROLES
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from qaframework.tools.building.content import asked_in, empty_tool
from qaframework.tools.building.workflow import begin_draft
from qaframework.tools.models import SurveyInvitation, ToolVersion
from tests.factories.allocation import owed
from tests.factories.audits import (
    Setting,
    allocated_audit,
    answer_everything,
    fresh,
    judge,
    ready_audit,
    submitted_audit,
    theme_written_on,
)
from tests.factories.authority import Authority, small_authority
from tests.factories.benchmarking import with_benchmarking
from tests.factories.caseload import CaseFactory
from tests.factories.challenges import with_challenges
from tests.factories.good_practice import published
from tests.factories.packs import bracknell, loaded, shipped
from tests.factories.people import UserFactory
from tests.factories.samples import with_case_reviews, with_samples, with_started_work
from tests.pages.other_work import (
    OUT_OF_DATE_KEYS,
    challenges,
    drawn_samples,
    exercises,
    observations_filled_in,
    other_activities,
    reports,
)

# Tuesday, ten in the morning in London.
NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
PLANNED_AT = datetime(2026, 9, 28, 9, 0, tzinfo=UTC)
DRAWN_AT = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
HELD_AT = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
DONE_AT = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)

TEAM_ROLES = {"practitioner", "advanced_practitioner", "practice_development_manager", "team_manager"}
FUNCTION_ROLES = {"iro", "cp_chair", "senior_manager", "head_of_service"}

PEOPLE_FILE = b"""\
unit_code,unit_name,unit_kind,parent_code,post_code,post_title,role,reports_to,full_name,email
duty-3,Duty team 3,team,duty,new-manager,Team manager,team_manager,,Hollis Example,hollis@northmoor.example
"""
REGISTER = b"""child_ref,initials,plan_type,age,team,worker,opened_on
C900001,AB,Child in need,7,duty-1,,02/03/2026
C900002,AB,Nonsense,7,duty-1,,02/03/2026
"""


@dataclass
class World:
    """People by what they are to the records, and the records that routes are about.

    ``objects`` holds by name what goes into an address; ``of`` reads it.
    """

    authority: Authority
    version: FrameworkVersion
    personas: dict[str, User] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, Any]:
        """What the address of the record needs; nothing for a page about no record."""
        return self.objects[name] if name else {}

    def sign_in(self) -> None:
        """A browser for each person, signed in once for all tests; ``anonymous`` stays outside."""
        self.clients["anonymous"] = Client()
        for persona, user in self.personas.items():
            self.clients[persona] = Client()
            self.clients[persona].force_login(user)
            session = self.clients[persona].session
            session["last_seen"] = int(NOW.timestamp())  # or the first page would write it
            session.save()


def build_world() -> World:
    """The world at ``NOW``. Takes a few seconds: build it once for many tests."""
    authority = small_authority()
    world = World(authority, loaded(_rules(), [authority.duty], PLANNED_AT))
    bracknell([authority.care], now=PLANNED_AT)
    _people(world)
    _organisation(world)
    _register(world)
    _year(world)
    _audits(world)
    _late_work(world)
    world.objects |= challenges(authority, world.version, DONE_AT)
    world.objects |= other_activities(authority, DRAWN_AT, HELD_AT)
    world.objects |= exercises(authority, Setting(authority, world.version), HELD_AT, DONE_AT)
    world.objects |= observations_filled_in(authority, DRAWN_AT, HELD_AT)
    world.objects |= drawn_samples(authority, DRAWN_AT, HELD_AT)
    world.objects |= theme_written_on(world.personas["head_of_service"], authority.duty, DONE_AT)
    world.objects |= reports(world.version.framework, world.authority.duty, world.personas["qa_officer"], NOW)
    world.objects |= OUT_OF_DATE_KEYS
    _frameworks(world)
    _tools(world)
    world.sign_in()
    return world


def _rules() -> Content:
    rules = with_started_work(with_case_reviews(with_samples(shipped("lancashire"))))
    return with_benchmarking(with_challenges(rules))


# People


def _people(world: World) -> None:
    authority = world.authority
    for role in ROLES:
        team, function = authority.duty_team_1, authority.duty
        if not hasattr(authority, role) and role != "config_admin":
            unit = team if role in TEAM_ROLES else function if role in FUNCTION_ROLES else authority.root
            authority.appoint(role, role, unit)
        elsewhere = authority.care_team_1 if role in TEAM_ROLES else authority.care
        name = f"{role}_elsewhere"
        world.personas[f"{role} elsewhere"] = authority.appoint(name, role, elsewhere)
        world.personas[role] = getattr(authority, "admin" if role == "config_admin" else role)
    world.personas |= {
        "auditor": authority.team_manager_2,
        "colleague": authority.practitioner_2,
        "cleared": authority.appoint("cleared", "qa_officer", authority.root),
        "once cleared": authority.appoint("once_cleared", "qa_officer", authority.root),
        "without a post": UserFactory(full_name="Nobody Example", email="nobody@northmoor.example"),
        "superuser": UserFactory(full_name="Super User", is_superuser=True),
    }


# What administrators keep


def _frameworks(world: World) -> None:
    framework = world.version.framework
    admin = world.personas["config_admin"]
    tool = ToolVersion.objects.filter(tool__framework=framework).order_by("pk")[0].pk
    first, *others = world.version.pack.quotas
    change_quotas(
        framework=framework,
        quotas=[replace(first, amounts=(2, 1, 1, 1)), *others],
        effective_from=date(2027, 4, 1),
        note="More learning spaces from next year.",
        by=admin,
        now=NOW,
    )
    world.objects |= {
        "framework": {"pk": framework.pk},
        "framework and activity": {"pk": framework.pk, "key": "learning_space"},
        "framework and year": {"pk": framework.pk, "year": 2026},
        "framework version": {"pk": framework.pk, "number": 1},
        "framework versions": {"pk": framework.pk, "older": 1, "newer": 2},
        "tool": {"pk": tool},
        "tool, pdf": {"pk": tool, "kind": "pdf"},
    }


def _tools(world: World) -> None:
    framework = world.version.framework
    version = ToolVersion.objects.get(tool__framework=framework, tool__key="learning_space")
    tool = {"pk": version.tool_id}
    written = world.version.content["tools"]["learning_space"]
    ready, unready = (
        begin_draft(framework=framework, tool=written, by=world.personas["qa_manager"], now=NOW)
        for written in (written, empty_tool("early_help", "Early help"))
    )
    section, question = list(asked_in(written))[-1]
    asked = {"pk": ready.pk, "key": question["key"]}
    world.objects |= {
        "audit tool": tool,
        "tool versions": {**tool, "older": 1, "newer": 1},
        "tool, xlsx": {**tool, "number": 1, "kind": "xlsx"},
        "draft": {"pk": ready.pk},
        "unready draft": {"pk": unready.pk},
        "draft, yaml": {"pk": ready.pk, "kind": "yaml"},
        "draft section": {"pk": ready.pk, "key": section["key"]},
        "section of a draft": {"pk": ready.pk, "section_key": section["key"]},
        "draft question": asked,
        "conditions of a question": {**asked, "name": "shown_if"},
        "condition": {**asked, "name": "shown_if", "earlier": next(asked_in(written))[1]["key"]},
    }


def _organisation(world: World) -> None:
    authority, admin = world.authority, world.personas["config_admin"]
    post = authority.post_of[authority.practitioner_2]
    waiting = people.check_people_import(
        file=BytesIO(PEOPLE_FILE), file_name="people.csv", by=admin, now=DONE_AT
    )
    token = people.make_calendar_address(user=authority.practitioner, by=authority.practitioner, now=DONE_AT)
    allocation.set_interval(
        worker=authority.practitioner,
        within="3 months",
        why="Builds up direct work after a year away.",
        review_on=date(2027, 2, 1),
        was=None,
        by=authority.team_manager,
        now=DONE_AT,
    )
    world.objects |= {
        "worker": {"pk": authority.practitioner.pk},
        "calendar address": {"token": token},
        "unit": {"pk": authority.duty_team_1.pk},
        "post": {"pk": post.pk},
        "holding": {"pk": post.holdings.get().pk},
        "person": {"pk": authority.practitioner_2.pk},
        "people import": {"pk": waiting.pk},
    }


def _register(world: World) -> None:
    authority, officer = world.authority, world.personas["qa_officer"]
    team, worker = authority.duty_team_1, authority.practitioner
    CaseFactory.create_batch(12, unit=team, worker=worker, opened_on=date(2025, 6, 1))
    case = CaseFactory(unit=team, worker=worker, child_ref="C100001")
    held = CaseFactory(unit=team, worker=worker, child_ref="C100002")
    caseload.hold_case(case=held, reason="A review is under way.", by=officer, now=HELD_AT)
    restricted = CaseFactory(unit=team, worker=worker, child_ref="C100003")
    caseload.restrict_case(case=restricted, reason="Related to a colleague.", by=officer, now=HELD_AT)
    _clear(restricted, world.personas["once cleared"], officer, until=NOW.date() - timedelta(days=1))
    clearance = _clear(restricted, world.personas["cleared"], officer, until=NOW.date() + timedelta(days=60))
    checked = caseload.check_import(
        file=BytesIO(REGISTER), file_name="register.csv", extract_date=date(2026, 11, 9), by=officer, now=NOW
    )
    world.objects |= {
        "case": {"pk": case.pk},
        "held case": {"pk": held.pk},
        "restricted case": {"pk": restricted.pk},
        "clearance": {"pk": restricted.pk, "clearance_pk": clearance.pk},
        "case import": {"pk": checked.pk},
        "case import, new": {"pk": checked.pk, "change": "new"},
    }


def _clear(case: Case, user: User, by: User, *, until: date) -> Any:
    return caseload.grant_clearance(
        case=case, user=user, reason="Reviews it.", review_on=until, by=by, now=HELD_AT
    )


# Audits


def _audits(world: World) -> None:
    where = Setting(world.authority, world.version)
    planned = allocated_audit(where, now=DRAWN_AT)
    audits.propose_meeting(
        audit=planned,
        starts_at=NOW + timedelta(days=2),
        minutes=90,
        place="Room 4",
        by=where.auditor,
        now=HELD_AT,
    )
    ready = ready_audit(where, HELD_AT)
    submitted = submitted_audit(where, HELD_AT, grade="inadequate")
    restricted = allocated_audit(where, case=Case.objects.get(child_ref="C100003"), now=DRAWN_AT)
    section = ready.answer_set.tool_version.definition.sections[0].key
    world.objects |= {
        "planned audit": {"pk": planned.pk},
        "planned work": {"pk": planned.assignment.pk},
        "open audit": {"pk": ready.pk},
        "open audit, docx": {"pk": ready.pk, "kind": "docx"},
        "open work": {"pk": ready.assignment.pk},
        "section": {"pk": ready.pk, "key": section},
        "draft action": {"pk": ready.pk, "action_pk": ready.action_plan.actions.get().pk},
        "submitted audit": {"pk": submitted.pk},
        "submitted audit, docx": {"pk": submitted.pk, "kind": "docx"},
        "submitted work": {"pk": submitted.assignment.pk},
        "plan": {"pk": submitted.action_plan.pk},
        "plan, docx": {"pk": submitted.action_plan.pk, "kind": "docx"},
        "action": {"pk": submitted.action_plan.actions.get().pk},
        "moderation": {"pk": Moderation.objects.get(audit=submitted).pk},
        "restricted audit": {"pk": restricted.pk},
        "restricted audit, docx": {"pk": restricted.pk, "kind": "docx"},
        "restricted work": {"pk": restricted.assignment.pk},
        "restricted section": {"pk": restricted.pk, "key": section},
        "csv": {"kind": "csv"},
    }
    _disputed_audit(world, where)
    _restricted_afterwards(world, where)
    audit, loop = _finished_audit(world, where)
    _, waiting = _finished_audit(world, where)
    _hold_loop_meeting(world, waiting)
    _, closed = _finished_audit(world, where)
    _hold_loop_meeting(world, closed)
    actions.authorise_loop(loop=closed, by=world.personas["head_of_service"], now=DONE_AT)
    world.objects |= {
        "final audit": {"pk": audit.pk},
        **_asked_afterwards(audit),
        "done action": {"pk": audit.action_plan.actions.get().pk},
        "loop": {"pk": loop.pk},
        "waiting loop": {"pk": waiting.pk},
        "closed loop": {"pk": closed.pk},
    }
    entry = published(fresh(audit), where, now=DONE_AT)
    world.objects |= {
        "good practice": {"pk": entry.pk},
        "noted good practice": {"pk": audit.pk, "question": "proud_of"},
    }
    _moderation_draw(world, where)


def _disputed_audit(world: World, where: Setting) -> None:
    disputed = ready_audit(where, HELD_AT)
    asked = audits.ask_advice(
        audit=disputed,
        auditor_reason="The plan is thin.",
        worker_reason="The plan fits the family.",
        by=where.auditor,
        now=HELD_AT,
    )
    concern = audits.raise_concern(audit=disputed, what="Nobody has seen her.", by=where.auditor, now=DONE_AT)
    world.objects |= {
        "disputed audit": {"pk": disputed.pk},
        "advice": {"pk": asked.pk},
        "concern": {"pk": concern.pk},
    }


def _restricted_afterwards(world: World, where: Setting) -> None:
    """An audit whose case was restricted when it was already handed in."""
    audit = submitted_audit(where, HELD_AT, grade="inadequate")
    officer, case = world.personas["qa_officer"], audit.assignment.case
    assert case is not None
    caseload.restrict_case(case=case, reason="Related to a colleague.", by=officer, now=DONE_AT)
    _clear(case, world.personas["cleared"], officer, until=NOW.date() + timedelta(days=60))
    world.objects |= {
        "restricted action": {"pk": audit.action_plan.actions.get().pk},
        "restricted plan": {"pk": audit.action_plan.pk},
        "restricted plan, docx": {"pk": audit.action_plan.pk, "kind": "docx"},
        "restricted moderation": {"pk": Moderation.objects.get(audit=audit).pk},
    }


def _finished_audit(world: World, where: Setting) -> tuple[CaseAudit, LoopClosure]:
    """Moderated, its loop opened, its action done and waiting to be verified."""
    audit = submitted_audit(where, HELD_AT, grade="inadequate")
    moderation, officer = Moderation.objects.get(audit=audit), world.personas["qa_officer"]
    audits.begin_moderation(moderation=moderation, by=officer, now=HELD_AT + timedelta(hours=1))
    audits.complete_moderation(
        moderation=moderation,
        grade="inadequate",
        grade_reason="",
        quality={"evidence": "met"},
        feedback="Clear evidence.",
        by=officer,
        now=HELD_AT + timedelta(hours=2),
    )
    action = audit.action_plan.actions.get()
    actions.begin_action(action=action, by=where.worker, now=DONE_AT)
    actions.finish_action(action=action, evidence="On the record.", by=where.worker, now=DONE_AT)
    return audit, LoopClosure.objects.get(plan=audit.action_plan)


def _hold_loop_meeting(world: World, loop: LoopClosure) -> None:
    """It waits for the Head of Service now."""
    actions.record_loop_meeting(
        loop=loop,
        met_on=DONE_AT.date(),
        present="Worker and manager",
        evidence_seen={action.pk: "The new plan." for action in loop.plan.actions.all()},
        child_is_safe="Seen on Monday, says she feels safe.",
        other_children="None.",
        kinds_of_cause=["capacity"],
        causes="Two vacancies in the team.",
        support="Time with a practice development manager.",
        learning="Plans need dates.",
        by=world.personas["senior_manager"],
        now=DONE_AT,
    )


def _moderation_draw(world: World, where: Setting) -> None:
    october, auditor = datetime(2026, 10, 20, 14, 0, tzinfo=UTC), where.auditor
    audit = allocated_audit(where, now=DRAWN_AT)
    audits.begin_audit(audit=audit, by=auditor, now=october)
    answer_everything(audit, auditor, october)
    audits.submit_audit(audit=judge(audit, auditor, october), by=auditor, now=october)
    drawn = audits.draw_moderations(
        programme=audit.assignment.programme,
        activity=audit.assignment.activity,
        month=Month.parse("2026-10"),
        seed="7",
        by=world.personas["qa_officer"],
        now=HELD_AT,
    )
    assert drawn is not None
    world.objects["moderation draw"] = {"pk": drawn.pk}


# The year


def _year(world: World) -> None:
    framework, officer = world.version.framework, world.personas["qa_officer"]
    planned = allocation.make_programme(framework=framework, year=2026, by=officer, now=PLANNED_AT)
    month = Month.parse("2026-11")
    drawn = audits.draw_month(framework=framework, month=month, seed="7", by=officer, now=DRAWN_AT)
    allocation.allocate_period_work(now=DRAWN_AT)
    auditor = world.authority.post_of[world.authority.team_manager_2]
    theme = audits.set_theme(
        programme=planned.programme,
        month=Month.parse("2026-12"),
        unit=world.authority.duty,
        title="First visits",
        source="Figures of October.",
        criteria=CaseCriteria(plan_types=("assessment",)),
        by=officer,
        now=DRAWN_AT,
    )
    world.objects |= {
        "theme": {"pk": theme.pk},
        "programme": {"pk": planned.programme.pk},
        "work to start": {"pk": planned.programme.pk, "activity": "case_check"},
        "framework to plan": {"framework_pk": framework.pk, "year": 2027},
        "planning": {"pk": planned.programme.pk, "planning_pk": planned.programme.plannings.get().pk},
        "programme role": {"pk": planned.programme.pk, "role": "team_manager"},
        "programme post": {"pk": planned.programme.pk, "post_pk": auditor.pk},
        "programme dates": {"pk": planned.programme.pk, "activity": "practice_week", "quarter": 4},
        "draw": {"pk": drawn.draws[0].pk},
        "drawn case": {"pk": DrawnCase.objects.filter(state="allocated").order_by("pk")[0].pk},
    }


def _asked_afterwards(audit: CaseAudit) -> dict[str, dict[str, Any]]:
    """What its practitioner is asked about the audit, and the survey that the answers go into."""
    asked = SurveyInvitation.objects.select_related("survey__framework_version").get(
        answer_set=audit.answer_set, person=audit.assignment.worker
    )
    survey = asked.survey
    framework = survey.framework_version.framework_id
    return {
        "invitation": {"pk": asked.pk},
        "survey": {"pk": framework, "activity": survey.activity, "period": survey.period},
    }


def _late_work(world: World) -> None:
    auditor = world.authority.team_manager_2
    late = owed(
        world.authority, world.authority.post_of[auditor], due_on=date(2026, 11, 5), now=DRAWN_AT, ordinal=901
    )
    sweep(now=NOW)
    step = EscalationStep.objects.filter(clock=late.clock, is_reminder=False).latest("pk")
    asked = allocation.ask_extension(
        assignment=Assignment.objects.get(pk=world.of("planned work")["pk"]),
        kind=ExtensionRequest.Kind.EXTENSION,
        reason="The practitioner is on leave.",
        new_due_on=date(2026, 12, 10),
        by=auditor,
        now=NOW,
    )
    notice = Notice.objects.filter(recipient=auditor).latest("pk")
    failed = Notice.objects.exclude(recipient=auditor).latest("pk")
    Notice.objects.filter(pk=failed.pk).update(delivery=Notice.Delivery.FAILED, attempts=5)
    world.objects |= {
        "failed notice": {"pk": failed.pk},
        "late work": {"pk": late.pk},
        "step": {"pk": step.pk},
        "extension request": {"pk": asked.pk},
        "notice": {"pk": notice.pk},
    }
