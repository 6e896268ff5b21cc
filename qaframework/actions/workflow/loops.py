"""Closing the loop after an inadequate grade (LAN-24 to LAN-26)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from qaframework.actions.models import Action, ActionPlan, LoopClosure
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.definition import LoopRule
from qaframework.people import directory, history
from qaframework.people.access import has_capability, posts_of
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.rules.deadlines import due_date
from qaframework.rules.working_days import end_of_day, local_date

State = LoopClosure.State
BEFORE_AUTHORISATION = {"state__in": [State.DUE, State.RETURNED]}


@transaction.atomic
def open_loop(*, plan: ActionPlan, grade: str, by: User | None, now: datetime) -> LoopClosure:
    """Ask a Senior Manager to meet worker and manager and see that the actions are complete (LAN-24)."""
    assert plan.case is not None
    rule = _rule(plan)
    today = local_date(now)
    senior_post = _senior_post(plan.unit, rule.senior_role, today)
    due_on = due_date(today, rule.due, working_calendar())
    loop = history.create(
        LoopClosure(
            plan=plan,
            case=plan.case,
            unit=plan.unit,
            worker=plan.worker,
            grade=grade,
            senior_post=senior_post,
            opened_at=now,
            due_on=due_on,
        ),
        by=by,
        now=now,
        reason="Opened after the grade",
    )
    clock = clocks.start_clock(
        kind="loop",
        label=f"Closing the loop, case {plan.case.child_ref}",
        url=reverse("actions:loop", args=[loop.pk]),
        framework_version=plan.framework_version,
        ladder=rule.ladder,
        owner_post=senior_post,
        unit=senior_post.unit,
        case=plan.case,
        due_at=end_of_day(due_on),
        by=by,
        now=now,
    )
    history.change(loop, by=by, now=now, reason="Clock started", clock=clock)
    body = f"Please meet the worker and the manager by {due_on:%-d %B %Y} and record what you saw."
    _tell(loop, directory.holder_of(senior_post, today), "loop_opened", "Please start", body, now=now)
    return loop


@transaction.atomic
def record_loop_meeting(
    *,
    loop: LoopClosure,
    met_on: date,
    present: str,
    evidence_seen: Mapping[int, str],
    child_is_safe: str,
    other_children: str,
    kinds_of_cause: Sequence[str],
    causes: str,
    support: str,
    learning: str,
    by: User,
    now: datetime,
) -> LoopClosure:
    """Record the meeting, and for each action by its key what was seen, for the Head of Service (LAN-24).

    Only whoever holds the post that was asked to meet, once every action is done or cancelled.
    """
    if not holds_meeting(by, loop, local_date(now)):
        raise Refused(
            f"Only whoever holds the post that was asked to meet can record it: {loop.senior_post}."
        )
    if met_on > local_date(now):
        raise Refused("The meeting is in the future. Record it once it has taken place.")
    if not child_is_safe.strip():
        raise Refused("Say whether the child is safe, and how you know.")
    _refuse_unless_complete(loop, evidence_seen)
    history.change(
        loop,
        by=by,
        now=now,
        reason="Meeting recorded",
        only_if=BEFORE_AUTHORISATION,
        state=State.WITH_HEAD_OF_SERVICE,
        met_on=met_on,
        present=present,
        evidence_seen={str(key): text for key, text in evidence_seen.items()},
        child_is_safe=child_is_safe,
        other_children=other_children,
        kinds_of_cause=[LoopClosure.Cause(key).value for key in kinds_of_cause],
        causes=causes,
        support=support,
        learning=learning,
        sent_to_hos_at=now,
    )
    body = "The meeting has taken place. Please read the form, then authorise or return it."
    posts = _posts_to_authorise(loop, local_date(now))
    for person in directory.holders_of(posts, local_date(now)).values():
        _tell(loop, person, "loop_to_authorise", "Please authorise", body, now=now)
    if posts:
        _hand_over(loop, posts[0], "Waits to be authorised", by=by, now=now)
    return loop


@transaction.atomic
def authorise_loop(*, loop: LoopClosure, by: User, now: datetime) -> LoopClosure:
    """The Head of Service is satisfied; the re-audit of another case falls due later (LAN-25, LAN-26)."""
    if not may_authorise(by, loop, local_date(now)):
        raise Refused("Only the Head of Service, or a director above, may authorise this.")
    reaudit_due_on = due_date(local_date(now), _rule(loop.plan).reaudit_after, working_calendar())
    history.change(
        loop,
        by=by,
        now=now,
        reason="Authorised",
        only_if={"state": State.WITH_HEAD_OF_SERVICE},
        state=State.AUTHORISED,
        authorised_by=by,
        authorised_at=now,
        reaudit_due_on=reaudit_due_on,
        return_reason="",
    )
    if loop.clock:
        clocks.stop_clock(clock=loop.clock, reason=Clock.StopReason.COMPLETED, by=by, now=now)
    return loop


@transaction.atomic
def waive_reaudit(*, loop: LoopClosure, reason: str, by: User, now: datetime) -> LoopClosure:
    """No other case is audited after all, because, for instance, the practitioner has left."""
    if not reason.strip():
        raise Refused("Say why no other case is audited. The reason stays on the record.")
    return history.change(
        loop,
        by=by,
        now=now,
        reason=f"No re-audit: {reason}",
        only_if={"state": State.AUTHORISED, "no_reaudit_reason": ""},
        no_reaudit_reason=reason,
    )


@transaction.atomic
def return_loop(*, loop: LoopClosure, reason: str, by: User, now: datetime) -> LoopClosure:
    """The Head of Service wants more before authorising; the clock goes on, for the Senior Manager again."""
    if not may_authorise(by, loop, local_date(now)):
        raise Refused("Only the Head of Service, or a director above, may return this.")
    if not reason.strip():
        raise Refused("Say what is missing, so that the Senior Manager can complete it.")
    history.change(
        loop,
        by=by,
        now=now,
        reason=f"Returned: {reason}",
        only_if={"state": State.WITH_HEAD_OF_SERVICE},
        state=State.RETURNED,
        return_reason=reason,
    )
    _hand_over(loop, loop.senior_post, "Returned", by=by, now=now)
    senior = directory.holder_of(loop.senior_post, local_date(now))
    _tell(loop, senior, "loop_returned", "Returned", "The Head of Service asks for more.", now=now)
    return loop


def may_authorise(user: User, loop: LoopClosure, on: date) -> bool:
    """The relevant Head of Service or above, unless they held the meeting themselves."""
    return not holds_meeting(user, loop, on) and has_capability(
        user, Capability.AUTHORISE_LOOPS, on, unit=loop.unit
    )


def holds_meeting(user: User, loop: LoopClosure, on: date) -> bool:
    """Whether the person holds, or acts in, the post that was asked to meet worker and manager."""
    return any(post.pk == loop.senior_post_id for post in posts_of(user, on))


def _refuse_unless_complete(loop: LoopClosure, evidence_seen: Mapping[int, str]) -> None:
    actions = loop.plan.actions.exclude(state=Action.State.CANCELLED)
    unfinished = sum(action.state in Action.OWED_STATES for action in actions)
    if unfinished:
        raise Refused(
            f"{unfinished} action{'s are' if unfinished > 1 else ' is'} not done yet. The loop can go to the "
            "Head of Service when every action is done or cancelled."
        )
    for action in actions:
        if not evidence_seen.get(action.pk, "").strip():
            raise Refused(f"Say what you saw that shows that this action is done: {action}")


def _rule(plan: ActionPlan) -> LoopRule:
    rule = plan.framework_version.pack.loop_rule
    if rule is None:
        raise Refused("This framework has no rule for closing the loop.")
    return rule


def _senior_post(unit: Unit, role: str, on: date) -> Post:
    for key in (role, "head_of_service", "director"):
        posts = directory.nearest_posts(unit, key, on)
        if posts:
            return posts[0]
    raise Refused(
        f"No post can close the loop for {unit}. Ask an administrator to complete the organisation."
    )


def _posts_to_authorise(loop: LoopClosure, on: date) -> list[Post]:
    """The nearest posts that authorise and have a holder; where there are none, the Director's above.

    The post that held the meeting is none of them: nobody authorises what they did themselves.
    """
    for role in (_rule(loop.plan).authorised_by, "director"):
        posts = [
            post for post in directory.nearest_posts(loop.unit, role, on) if post.pk != loop.senior_post_id
        ]
        holders = directory.holders_of(posts, on)
        if held := [post for post in posts if holders[post.pk] is not None]:
            return held
    return []


def _hand_over(loop: LoopClosure, post: Post, reason: str, *, by: User, now: datetime) -> None:
    """Let the post owe the next step, so that an escalation names whose turn it is; the deadline stays."""
    if loop.clock:
        clocks.hand_over_clock(
            clock=loop.clock, owner_post=post, unit=loop.clock.unit, reason=reason, by=by, now=now
        )


def _tell(loop: LoopClosure, person: User | None, kind: str, what: str, body: str, *, now: datetime) -> None:
    message = Message(
        kind,
        f"{loop.pk}:{now.isoformat()}",
        subject=f"{what}: closing the loop, case {loop.case.child_ref}",
        body=body,
        url=reverse("actions:loop", args=[loop.pk]),
        case_ids=[loop.case_id],
    )
    write_notices(message.to([person]), now=now)
