"""Action plans: drawn up during the audit, issued with it, told within 48 hours, placed on file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.urls import reverse

from qaframework.actions.models import Action, ActionPlan
from qaframework.caseload.models import Case
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.models import FrameworkVersion
from qaframework.people import directory, history
from qaframework.people.calendar import working_calendar
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import after, due_date
from qaframework.rules.smart_actions import Finding, Severity, check_action
from qaframework.rules.working_days import end_of_day, local_date

# What is written of an action while it is drafted.
DRAFTED = ("what", "measure", "finding", "priority", "owner_post_id", "due_on", "longer_reason")


class ActionNotSmart(Refused):
    """The action lacks something; ``findings`` say what, letter by letter."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(" ".join(finding.message for finding in findings))


@dataclass(frozen=True)
class PlanDraft:
    """A plan to be opened; ``source_url`` is where the work is that it comes from."""

    title: str
    framework_version: FrameworkVersion
    case: Case | None
    unit: Unit
    worker: User | None
    source_url: str


def open_plan(
    *,
    title: str,
    framework_version: FrameworkVersion,
    case: Case | None,
    unit: Unit,
    worker: User | None,
    source_url: str,
    by: User | None,
    now: datetime,
) -> ActionPlan:
    """An empty plan; its actions are drafts until it is issued."""
    draft = PlanDraft(title, framework_version, case, unit, worker, source_url)
    return open_plans([draft], by=by, now=now)[0]


@transaction.atomic
def open_plans(drafts: Sequence[PlanDraft], *, by: User | None, now: datetime) -> list[ActionPlan]:
    """Open many plans set-based, in the order given."""
    plans = [
        ActionPlan(
            title=draft.title,
            framework_version=draft.framework_version,
            case=draft.case,
            unit=draft.unit,
            worker=draft.worker,
            source_url=draft.source_url,
            created_at=now,
        )
        for draft in drafts
    ]
    return history.create_all(plans, by=by, now=now, reason="Opened")


@transaction.atomic
def change_subject(
    *,
    plan: ActionPlan,
    case: Case | None,
    unit: Unit,
    worker: User | None,
    reason: str,
    by: User | None,
    now: datetime,
) -> ActionPlan:
    """Let a plan that is still being drawn up follow the work it serves to another case or person.

    Raises SomebodyElseWasFirst once the plan has been issued.
    """
    not_issued = {"issued_at__isnull": True}
    return history.change(
        plan, by=by, now=now, reason=reason, only_if=not_issued, case=case, unit=unit, worker=worker
    )


def check_smart(
    *,
    what: str,
    measure: str,
    due_on: date | None,
    timescale: str,
    has_owner: bool,
    priority: str,
    longer_reason: str,
    today: date,
) -> list[Finding]:
    """What the SMART check has to say, refusals and warnings (BF-09, BF-10, BF-11)."""
    return check_action(
        what,
        measure,
        due_on,
        today,
        has_owner,
        priority,
        working_calendar(),
        timescale=timescale,
        reason=longer_reason,
    )


@transaction.atomic
def add_action(
    *,
    plan: ActionPlan,
    what: str,
    measure: str,
    finding: str,
    priority: str,
    owner_post: Post | None,
    due_on: date | None,
    longer_reason: str,
    by: User | None,
    now: datetime,
    timescale: str = "",
) -> Action:
    """Add a draft action. Raises ActionNotSmart when it cannot be followed up as it stands."""
    findings = check_smart(
        what=what,
        measure=measure,
        due_on=due_on,
        timescale=timescale,
        has_owner=owner_post is not None,
        priority=priority,
        longer_reason=longer_reason,
        today=local_date(now),
    )
    _refuse_unless_smart(findings)
    assert owner_post is not None
    assert due_on is not None
    action = Action(
        plan=plan,
        what=what,
        measure=measure,
        finding=finding,
        priority=priority,
        owner_post=owner_post,
        due_on=due_on,
        longer_reason=longer_reason,
        created_at=now,
    )
    return history.create(action, by=by, now=now, reason="Drafted")


def mark_of_draft(action: Action) -> str:
    """Tells what is drafted from what was drafted before: what a page was read as travels with a change."""
    return sha256(repr([getattr(action, name) for name in DRAFTED]).encode()).hexdigest()[:20]


def why_not_changed(stands: Action | None) -> str:
    """What keeps an action, as it stands, from being drafted in other words; or nothing."""
    if stands is None:
        return "This action was removed, so it cannot be changed. Add it again if it is still needed."
    if stands.state != Action.State.DRAFT:
        return "This action has been issued, so it cannot be changed. It can be cancelled with a reason."
    return ""


@transaction.atomic
def change_draft(
    *,
    action: Action,
    read: str,
    what: str,
    measure: str,
    finding: str,
    priority: str,
    owner_post: Post,
    due_on: date,
    longer_reason: str,
    by: User,
    now: datetime,
) -> Action:
    """Draft an action in other words; ``read`` is the mark of those that its writer had before them.

    What stands already, as after a second click, is not written again. Raises ActionNotSmart as adding
    does, Refused when the action was issued or removed meanwhile, and SomebodyElseWasFirst when it says
    something else than what was read.
    """
    stands = Action.objects.select_for_update().filter(pk=action.pk).first()
    if reason := why_not_changed(stands):
        raise Refused(reason)
    assert stands is not None
    wanted: dict[str, Any] = {
        "what": what,
        "measure": measure,
        "finding": finding,
        "priority": priority,
        "owner_post_id": owner_post.pk,
        "due_on": due_on,
        "longer_reason": longer_reason,
    }
    if all(getattr(stands, name) == value for name, value in wanted.items()):
        return stands
    findings = check_smart(
        what=what,
        measure=measure,
        due_on=due_on,
        timescale="",
        has_owner=True,
        priority=priority,
        longer_reason=longer_reason,
        today=local_date(now),
    )
    _refuse_unless_smart(findings)
    if mark_of_draft(stands) != read:
        raise SomebodyElseWasFirst(f"Action {stands.pk} was drafted in other words in the meantime.")
    still_draft = {"state": Action.State.DRAFT}
    return history.change(stands, by=by, now=now, reason="Draft changed", only_if=still_draft, **wanted)


@transaction.atomic
def remove_draft(*, action: Action, by: User, now: datetime) -> None:
    """Take back an action that has not been issued."""
    if action.state != Action.State.DRAFT:
        raise Refused("This action has been issued. It can be cancelled with a reason, but not removed.")
    history.remove(action, by=by, now=now, reason="Draft removed")


def why_not_issued(earliest_draft: date | None, on: date) -> str:
    """What keeps drafts, the earliest of them due on a day, from being issued on a local date; or nothing.

    A draft can lie for days before the work is handed in, and nobody can be asked for something by a day
    that has passed (BF-09).
    """
    if earliest_draft is None or earliest_draft >= on:
        return ""
    day = f"{earliest_draft:%-d %B %Y}"
    return f"An action was to be done by {day}, which has passed. Change it to a later date, or remove it."


@transaction.atomic
def issue_plan(*, plan: ActionPlan, copy_to: Iterable[User], by: User, now: datetime) -> ActionPlan:
    """Make the drafts binding, start their clocks, and tell the worker, the manager and the owners.

    The 48-hour clock starts now and stops at once when both worker and manager could be told;
    otherwise it runs until somebody confirms having told them (BED-13). The plan is to be reviewed in
    supervision within the time of a standard action (BF-11). Issuing again after a correction issues only
    what is new, which then has to be placed on the child's file as well.

    Raises Refused when the day of a draft has passed.
    """
    if reason := why_not_issued(plan.earliest_draft(), local_date(now)):
        raise Refused(reason)
    drafts = list(plan.actions.filter(state=Action.State.DRAFT).select_related("owner_post__unit"))
    for action in drafts:
        clock = _start_action_clock(plan, action, by=by, now=now)
        history.change(
            action,
            by=by,
            now=now,
            reason="Issued",
            only_if={"state": Action.State.DRAFT},
            state=Action.State.OPEN,
            clock=clock,
        )
    manager = _manager_of(plan.worker, local_date(now))
    told_both = plan.worker is not None and manager is not None
    first_time = plan.issued_at is None
    changes: dict[str, Any] = {"notified_at": plan.notified_at or (now if told_both else None)}
    if first_time:
        changes |= {
            "issued_at": now,
            "issued_by": by,
            "supervision_review_on": _review_due(plan, local_date(now)),
        }
    if drafts:
        # What is on the child's file does not hold the actions that were issued after it was put there.
        changes |= {"placed_on_file_at": None, "placed_on_file_by": None}
    plan = history.change(plan, by=by, now=now, reason="Issued", **changes)
    notify_clock = None if told_both or not first_time else _start_notify_clock(plan, by, now)
    if notify_clock:
        history.change(plan, by=by, now=now, reason="48 hours started", notify_clock=notify_clock)
    _tell_plan(plan, drafts, [plan.worker, manager, *copy_to], now=now)
    return plan


@transaction.atomic
def confirm_told(*, plan: ActionPlan, note: str, by: User, now: datetime) -> ActionPlan:
    """Record that worker and manager were told in another way, which stops the 48-hour clock."""
    if not note.strip():
        raise Refused("Say who was told, and how.")
    plan = history.change(
        plan, by=by, now=now, reason=note, only_if={"notified_at__isnull": True}, notified_at=now
    )
    if plan.notify_clock:
        clocks.stop_clock(clock=plan.notify_clock, reason=Clock.StopReason.COMPLETED, by=by, now=now)
    return plan


@transaction.atomic
def place_on_file(*, plan: ActionPlan, by: User, now: datetime) -> ActionPlan:
    """Record who copied the plan into the child's file, and when (BF-12)."""
    _refuse_unless_issued(plan)
    return history.change(
        plan,
        by=by,
        now=now,
        reason="Placed on the child's file",
        only_if={"placed_on_file_at__isnull": True},
        placed_on_file_at=now,
        placed_on_file_by=by,
    )


@transaction.atomic
def record_supervision_review(
    *, plan: ActionPlan, reviewed_on: date, agreement: str, by: User, now: datetime
) -> ActionPlan:
    """Record that worker and manager went through the plan in supervision, and what they agreed (BF-11)."""
    _refuse_unless_issued(plan)
    if reviewed_on > local_date(now):
        raise Refused("The date of the review is in the future. Give the day on which it took place.")
    if plan.issued_at and reviewed_on < (issued := local_date(plan.issued_at)):
        raise Refused(f"The plan was issued on {issued:%-d %B %Y}. Give that day or a later one.")
    if not agreement.strip():
        raise Refused("Say what you agreed about the actions and their dates.")
    return history.change(
        plan,
        by=by,
        now=now,
        reason="Reviewed in supervision",
        supervision_reviewed_on=reviewed_on,
        supervision_agreement=agreement,
    )


def _refuse_unless_smart(findings: list[Finding]) -> None:
    if refusals := [finding for finding in findings if finding.severity == Severity.REFUSE]:
        raise ActionNotSmart(refusals)


def _review_due(plan: ActionPlan, issued_on: date) -> date:
    return due_date(issued_on, plan.framework_version.pack.action_rules.standard, working_calendar())


def _refuse_unless_issued(plan: ActionPlan) -> None:
    if plan.issued_at is None:
        raise Refused("The plan is still being drafted. It is issued when the audit is submitted.")


def _manager_of(worker: User | None, on: date) -> User | None:
    post = directory.post_of(worker, on) if worker else None
    above = directory.line_manager_post(post) if post else None
    return directory.holder_of(above, on) if above else None


def _start_action_clock(plan: ActionPlan, action: Action, *, by: User, now: datetime) -> Clock:
    reference = f", case {plan.case.child_ref}" if plan.case else ""
    return clocks.start_clock(
        kind="action",
        label=f"Action {action.pk}{reference}",
        url=reverse("actions:action", args=[action.pk]),
        framework_version=plan.framework_version,
        ladder=plan.framework_version.pack.action_rules.ladder,
        owner_post=action.owner_post,
        unit=action.owner_post.unit,
        case=plan.case,
        due_at=end_of_day(action.due_on),
        by=by,
        now=now,
    )


def _start_notify_clock(plan: ActionPlan, by: User, now: datetime) -> Clock | None:
    rules = plan.framework_version.pack.action_rules
    posts = directory.nearest_posts(plan.unit, "team_manager", local_date(now))
    if plan.case is None or rules.notify_ladder is None or not posts:
        return None
    return clocks.start_clock(
        kind="notify",
        label=f"Tell worker and manager of the actions{_of_case(plan)}",
        url=reverse("actions:plan", args=[plan.pk]),
        framework_version=plan.framework_version,
        ladder=rules.notify_ladder,
        owner_post=posts[0],
        unit=plan.unit,
        case=plan.case,
        due_at=after(now, rules.notify_within, working_calendar()),
        by=by,
        now=now,
    )


def _of_case(plan: ActionPlan) -> str:
    return f", case {plan.case.child_ref}" if plan.case else ""


def _tell_plan(
    plan: ActionPlan, issued: list[Action], people: Iterable[User | None], *, now: datetime
) -> None:
    today = local_date(now)
    owners = [directory.holder_of(action.owner_post, today) for action in issued]
    lines = [f"{number}. By {action.due_on:%-d %B %Y}." for number, action in enumerate(issued, 1)]
    number = "One action was" if len(issued) == 1 else f"{len(issued) or 'No'} actions were"
    body = f"{number} agreed. Open the plan to read it.\n\n" + "\n".join(lines)
    message = Message(
        "plan_issued",
        f"{plan.pk}:{now.isoformat()}",
        subject=f"{plan.title}{_of_case(plan)}",
        body=body,
        url=reverse("actions:plan", args=[plan.pk]),
        case_ids=[plan.case_id],
    )
    write_notices(message.to([*people, *owners]), now=now)
