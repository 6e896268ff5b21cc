"""What lies on the desks of the people one can sign in as: done through the verbs, as they would do it."""

from datetime import date, datetime, time, timedelta
from itertools import product

from audits import workflow as audits
from audits.models import CaseAudit
from qaframework.actions import workflow as actions
from qaframework.actions.models import Action, ActionPlan
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, ExtensionRequest, Programme
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.models import Case, CaseStatus
from qaframework.packs.models import Framework
from qaframework.people.models import Post, User
from qaframework.people.workflow import set_newly_qualified
from qaframework.rules.working_days import at_local_time, local_date
from qaframework.tools.reading import missing_answers
from qaframework.tools.workflow import save_answer
from reporting import workflow as reports
from reporting.demo.answers import WEAK, answers, some, words
from reporting.demo.story import Story
from reporting.models import Report
from reporting.parts import units_of
from reporting.periods import due_on, due_periods

REPORTS_KEPT = 2  # of each kind about all units; of each unit the last
MANAGER, COLLEAGUE, PRACTITIONER, HEAD = "tm-duty-east", "tm-duty-north", "sw-duty-east-1", "hos-duty"
RETURNING = "sw-duty-east-2"
# Audits a few days past their four weeks: whose, of which team's case, allocated how many days ago.
LATE = (("tm-duty-south", "duty-west", 31), ("tm-family-east", "family-west", 37))


def fill_desks(story: Story) -> None:
    """Audits half done, to be agreed and late, actions, a request to decide, a concern."""
    posts = {post.code: post for post in story.organisation.posts.values()}
    activity = next((one for one in story.pack.activities.values() if one.kind == "case_audit"), None)
    if activity is None:
        return
    own = _audit(story, activity.key, posts[MANAGER], _case(story, "duty-north"), days_ago=12)
    _hold_half(story, own)
    invited = _audit(story, activity.key, posts[COLLEAGUE], _case(story, "duty-east"), days_ago=5)
    auditor = story.holder(posts[COLLEAGUE])
    assert auditor is not None
    audits.propose_meeting(
        audit=invited,
        starts_at=_working_time(story, 4),
        minutes=90,
        place="Family room, duty team east",
        by=auditor,
        now=story.now - timedelta(hours=20),
    )
    _ask_for_time(story, invited, auditor)
    for code, unit, days_ago in LATE:
        _audit(story, activity.key, posts[code], _case(story, unit), days_ago=days_ago)
    _own_actions(story, invited, posts[PRACTITIONER])
    _concern(story, own)
    _observed_more_often(story, posts)


def _observed_more_often(story: Story, posts: dict[str, Post]) -> None:
    """Two of the team of the manager one can sign in as: one is newly qualified, one comes back to work."""
    manager, new, back = (story.holder(posts[code]) for code in (MANAGER, PRACTITIONER, RETURNING))
    assert manager is not None
    assert new is not None
    assert back is not None
    set_newly_qualified(
        user=new, until=story.today + timedelta(days=200), by=manager, now=story.now - timedelta(days=9)
    )
    allocation.set_interval(
        worker=back,
        within="3 months",
        why="Back after a year away; builds up court work again.",
        review_on=story.today + timedelta(days=60),
        was=None,
        by=manager,
        now=story.now - timedelta(days=9),
    )


def _case(story: Story, unit: str) -> Case:
    """An open case of the team, of the practitioner one can sign in as where that is their team."""
    worker = next(
        story.holder(post) for post in story.organisation.posts.values() if post.code == PRACTITIONER
    )
    cases = Case.objects.filter(
        unit__code=unit, status=CaseStatus.OPEN, is_restricted=False, on_hold_reason="", assignments=None
    ).select_related("unit", "worker")
    own = cases.filter(worker=worker).order_by("child_ref").first()
    found = own or cases.order_by("child_ref").first()
    assert found is not None
    return found


def _audit(story: Story, activity: str, post: Post, case: Case, days_ago: int) -> CaseAudit:
    """An audit on top of the plan, asked for by the QA team for a reason."""
    began = story.today - timedelta(days=days_ago)
    at = at_local_time(began, time(9, 0))
    programme = Programme.objects.get(
        framework=story.version.framework, starts_on__lte=began, ends_on__gte=began
    )
    work = allocation.add_work(
        programme=programme, activity=activity, post=post, starts_on=began, by=None, now=at
    )
    assert case.unit is not None
    allocation.allocate(
        assignment=work,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.TARGETED,
        allocated_on=began,
        by=None,
        now=at,
    )
    return audits.open_audit(assignment=work, by=None, now=at)


def _working_time(story: Story, days: int) -> datetime:
    day = story.calendar.next_working_day(story.today + timedelta(days=days))
    return at_local_time(day, time(10, 0))


def _hold_half(story: Story, audit: CaseAudit) -> None:
    """The meeting has begun: the first half of the answers is there, the judgement is not."""
    auditor, worker = story.holder(audit.assignment.post), audit.assignment.worker
    assert auditor is not None
    assert worker is not None
    asked = story.now - timedelta(days=6)
    meeting = audits.propose_meeting(
        audit=audit,
        starts_at=_working_time(story, 1),
        minutes=90,
        place="Meeting room 2",
        by=auditor,
        now=asked,
    )
    audits.accept_meeting(meeting=meeting, by=worker, now=asked + timedelta(hours=3))
    audits.begin_audit(audit=audit, by=auditor, now=story.now - timedelta(hours=3))
    definition = audit.answer_set.tool_version.definition
    given = answers(story.chance, definition, WEAK, story.today, [])
    needed = [key for _, _, key in missing_answers(definition, {}) if key in given]
    for key in needed[: len(needed) // 2]:
        save_answer(
            answer_set=audit.answer_set,
            question_key=key,
            value=given[key],
            version=0,
            by=auditor,
            now=story.now - timedelta(hours=2),
        )


def _ask_for_time(story: Story, audit: CaseAudit, auditor: User) -> None:
    """The Head of Service finds a request to decide."""
    assignment = audit.assignment
    if activity_of(assignment).extension is None or assignment.due_on is None:
        return
    allocation.ask_extension(
        assignment=assignment,
        kind=ExtensionRequest.Kind.EXTENSION,
        reason="The practitioner is on leave next week and the family would like us to wait for her.",
        new_due_on=assignment.due_on + timedelta(days=14),
        by=auditor,
        now=story.now - timedelta(hours=5),
    )


def _own_actions(story: Story, audit: CaseAudit, owner: Post) -> None:
    """The practitioner owes one soon and one since a month ago; a third waits for the manager."""
    worker, auditor = story.holder(owner), story.holder(audit.assignment.post)
    assert worker is not None
    assert auditor is not None
    texts = words()["actions"][WEAK]
    issued = story.now - timedelta(days=62)
    plan = actions.open_plan(
        title=f"Actions agreed in supervision, {local_date(issued):%B %Y}",
        framework_version=story.version,
        case=audit.assignment.case,
        unit=audit.assignment.unit,
        worker=worker,
        source_url="",
        by=auditor,
        now=issued,
    )
    today = story.today
    made = [
        _action(plan=plan, text=texts[0], owner=owner, due=today - timedelta(days=31), at=issued),
        _action(plan=plan, text=texts[2], owner=owner, due=today - timedelta(days=5), at=issued),
        _action(plan=plan, text=texts[3], owner=owner, due=today + timedelta(days=4), at=issued),
    ]
    actions.issue_plan(plan=plan, copy_to=[], by=auditor, now=issued)
    begun = Action.objects.get(pk=made[2].pk)
    actions.begin_action(action=begun, by=worker, now=story.now - timedelta(days=2))
    done = Action.objects.get(pk=made[1].pk)
    actions.finish_action(
        action=done, evidence=some(story.chance, "evidence"), by=worker, now=story.now - timedelta(days=6)
    )


def _action(*, plan: ActionPlan, text: list[str], owner: Post, due: date, at: datetime) -> Action:
    return actions.add_action(
        plan=plan,
        what=text[0],
        measure=text[1],
        finding=text[2],
        priority=Action.Priority.STANDARD,
        owner_post=owner,
        due_on=due,
        longer_reason="Agreed with the family's own dates in mind.",
        by=None,
        now=at,
    )


def _concern(story: Story, audit: CaseAudit) -> None:
    auditor = story.holder(audit.assignment.post)
    assert auditor is not None
    audits.raise_concern(
        audit=audit,
        what="The child told the worker that somebody was in the house last night who should not be there.",
        by=auditor,
        now=story.now - timedelta(hours=1),
    )


def write_reports(story: Story) -> None:
    """The last reports of each kind, all but the newest month's released with what people made of them.

    No more than a reader opens: building the whole past would take a quarter of the demonstration's time.
    """
    framework: Framework = story.version.framework
    manager = story.holder_of_role(next(iter(story.organisation.units)), "qa_manager")
    assert manager is not None
    for rule in story.pack.reports:
        periods = due_periods(rule, story.pack, since=story.first.start, today=story.today)
        kept = periods[-1:] if rule.is_of_parts else periods[-REPORTS_KEPT:]
        for period, unit in product(kept, units_of(rule, framework) if rule.is_of_parts else [None]):
            at = story.morning(due_on(rule, period))
            report = reports.build_report(
                framework=framework, kind=rule.kind, period=period, unit=unit, by=None, now=at
            )
            if rule.kind == Report.Kind.MONTHLY and period == periods[-1]:
                continue
            released = min(at + timedelta(days=3), story.now)
            reports.write_words(report=report, was=("", ""), by=manager, now=released, **words()["report"])
            reports.release_report(report=report, by=manager, now=released)
