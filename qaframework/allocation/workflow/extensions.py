"""More time, or exclusion: asked for and decided before the deadline only (LAN-32)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow.assignments import (
    NOT_PAUSED,
    OPEN,
    activity_of,
    stop_its_clock,
)
from qaframework.allocation.workflow.telling import tell, tell_not_needed
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability, roles_with
from qaframework.rules.working_days import end_of_day, local_date


@transaction.atomic
def ask_extension(
    *,
    assignment: Assignment,
    kind: str,
    reason: str,
    new_due_on: date | None,
    by: User,
    now: datetime,
) -> ExtensionRequest:
    """Ask for more time, or to be excluded. Only before the deadline (LAN-32)."""
    if refusal := why_no_extension(assignment, now):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused("Say why you need this, so that the Head of Service can decide.")
    if kind == ExtensionRequest.Kind.EXTENSION:
        _check_new_date(assignment, new_due_on)
    request = ExtensionRequest(
        assignment=assignment,
        kind=kind,
        reason=reason,
        new_due_on=new_due_on if kind == ExtensionRequest.Kind.EXTENSION else None,
        asked_by=by,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            history.create(request, by=by, now=now, reason="Asked")
    except IntegrityError as error:
        raise SomebodyElseWasFirst("Somebody has just sent a request for this work.") from error
    deciders = _deciders(assignment, Organisation.load(local_date(now)))
    tell(
        assignment,
        deciders,
        kind="extension_asked",
        key=str(request.pk),
        subject=f"Please decide: {request.get_kind_display().lower()} of {subject_line(assignment)}",
        body=f"{by} asks for this before the deadline on {assignment.due_on:%-d %B %Y}, and says why.",
        quote=reason,
        url=reverse("allocation:extensions"),
        now=now,
    )
    return request


def why_no_extension(assignment: Assignment, now: datetime) -> str:
    """Why more time for this work cannot be asked for at an aware moment; empty when it can (LAN-32)."""
    if activity_of(assignment).extension is None:
        return "The framework has no extensions for this kind of work."
    if not assignment.is_open:
        return "This work is not open, so there is nothing to extend."
    if assignment.paused_on is not None:
        return "The deadline is paused. You can ask for more time when it runs again."
    if now > _deadline(assignment):
        return (
            f"The deadline passed on {assignment.due_on:%-d %B %Y}. An extension or exclusion must be "
            "asked for before the deadline."
        )
    if assignment.extension_requests.filter(state=ExtensionRequest.State.ASKED).exists():
        return "A request for this work is already waiting for a decision."
    return ""


@transaction.atomic
def decide_extension(
    *, request: ExtensionRequest, grant: bool, decision_reason: str, by: User, now: datetime
) -> ExtensionRequest:
    """A Head of Service decides, before the deadline only (LAN-32); see ``may_decide``."""
    assignment = request.assignment
    if refusal := why_not_decided(request, by, now):
        raise Refused(refusal)
    if not grant and not decision_reason.strip():
        raise Refused("Say why the request is refused.")
    State = ExtensionRequest.State
    history.change(
        request,
        by=by,
        now=now,
        reason="Granted" if grant else "Refused",
        only_if={"state": State.ASKED},
        state=State.GRANTED if grant else State.REFUSED,
        decided_by=by,
        decided_at=now,
        decision_reason=decision_reason,
    )
    if grant and request.kind == ExtensionRequest.Kind.EXTENSION:
        _extend(request, by=by, now=now)
    elif grant:
        _exclude(request, by=by, now=now)
    tell(
        assignment,
        [request.asked_by],
        kind="extension_decided",
        key=str(request.pk),
        subject=f"{request.get_state_display()}: your request about {subject_line(assignment)}",
        body=f"{by} has {request.get_state_display().lower()} your request. {_what_holds(request)}",
        quote=decision_reason,
        now=now,
    )
    return request


def _what_holds(request: ExtensionRequest) -> str:
    """What follows from a decision for whoever owes the work."""
    if request.state == ExtensionRequest.State.REFUSED:
        return f"The work is still due on {request.assignment.due_on:%-d %B %Y}."
    if request.kind == ExtensionRequest.Kind.EXCLUSION:
        return "You do not have to do this work any more."
    return f"The work is now due on {request.assignment.due_on:%-d %B %Y}."


def lapse_requests(*, now: datetime) -> int:
    """Close requests that nobody decided before the deadline, or before the work was handed in (LAN-32).

    Returns how many; running it again changes nothing.
    """
    today = local_date(now)
    waiting = ExtensionRequest.objects.filter(state=ExtensionRequest.State.ASKED).filter(
        Q(assignment__due_on__lt=today) | ~Q(assignment__state__in=Assignment.OPEN_STATES)
    )
    changed = 0
    for request in waiting.select_related("assignment__case", "assignment__framework_version", "asked_by"):
        try:
            _lapse(request, now=now)
        except SomebodyElseWasFirst:
            continue  # Another worker has just closed it.
        changed += 1
    return changed


@transaction.atomic
def _lapse(request: ExtensionRequest, *, now: datetime) -> None:
    history.change(
        request,
        by=None,
        now=now,
        reason="Nobody decided in time",
        only_if={"state": ExtensionRequest.State.ASKED},
        state=ExtensionRequest.State.LAPSED,
    )
    if request.assignment.state not in Assignment.OPEN_STATES:
        return
    tell(
        request.assignment,
        [request.asked_by],
        kind="extension_lapsed",
        key=str(request.pk),
        subject=f"Not decided in time: your request about {subject_line(request.assignment)}",
        body=f"Nobody decided before the deadline on {request.assignment.due_on:%-d %B %Y}, so the deadline "
        "stands. Please hand the work in as soon as you can.",
        now=now,
    )


def why_not_decided(request: ExtensionRequest, user: User, now: datetime) -> str:
    """Why the person cannot decide the request at an aware moment; empty when they can (LAN-32)."""
    assignment = request.assignment
    if request.state != ExtensionRequest.State.ASKED:
        return f"This request is no longer open: {request.get_state_display().lower()}."
    if not may_decide(user, assignment, Organisation.load(local_date(now))):
        return (
            "Only a Head of Service may decide this, or a director above where nobody holds that post, and "
            "never for their own work."
        )
    if not assignment.is_open:
        return "This work is no longer open, so there is nothing to decide."
    if now > _deadline(assignment):
        return (
            f"The deadline passed on {assignment.due_on:%-d %B %Y}. An extension or exclusion can only be "
            "agreed before the deadline."
        )
    return ""


def may_decide(user: User, assignment: Assignment, organisation: Organisation) -> bool:
    """Whether the person may decide on more time for this work: the Head of Service, or the manager above
    where there is none beside the person who owes it (LAN-32)."""
    return user in _deciders(assignment, organisation)


def _extend(request: ExtensionRequest, *, by: User, now: datetime) -> None:
    assignment, new_due_on = request.assignment, request.new_due_on
    assert new_due_on is not None
    history.change(
        assignment,
        by=by,
        now=now,
        reason=f"Extended: {request.reason}",
        only_if={"state__in": Assignment.OPEN_STATES, "due_on": assignment.due_on},
        due_on=new_due_on,
    )
    if assignment.clock:
        clocks.move_clock(
            clock=assignment.clock, due_at=end_of_day(new_due_on), reason=request.reason, by=by, now=now
        )


def _exclude(request: ExtensionRequest, *, by: User, now: datetime) -> None:
    assignment = request.assignment
    history.change(
        assignment,
        by=by,
        now=now,
        reason=f"Excluded: {request.reason}",
        only_if=OPEN,
        state=Assignment.State.EXCLUDED,
        **NOT_PAUSED,
    )
    stop_its_clock(assignment, Clock.StopReason.EXCLUDED, by=by, now=now)
    said = f"{by} has agreed that it is not done."
    # Whoever asked is answered.
    tell_not_needed(assignment, said, by=by, now=now, besides=[request.asked_by])


def _deadline(assignment: Assignment) -> datetime:
    assert assignment.due_on is not None
    return end_of_day(assignment.due_on)


def _check_new_date(assignment: Assignment, new_due_on: date | None) -> None:
    assert assignment.due_on is not None
    if new_due_on is None or new_due_on <= assignment.due_on:
        raise Refused(f"Give a new date after the present deadline, {assignment.due_on:%-d %B %Y}.")


def _deciders(assignment: Assignment, organisation: Organisation) -> list[User]:
    """Whom the framework names; where nobody holds that post but who owes the work, the nearest manager
    above who may decide."""
    rule = activity_of(assignment).extension
    assert rule is not None
    owner = organisation.holder_of(assignment.post_id)
    posts = organisation.nearest_posts(assignment.post.unit_id, rule.decided_by)
    holders = [organisation.holder_of(post.pk) for post in posts]
    named = [holder for holder in holders if holder and holder != owner]
    return named or _decider_above(assignment.post_id, organisation, besides=owner)


def _decider_above(post_id: int, organisation: Organisation, besides: User | None) -> list[User]:
    seen = {post_id}
    above = organisation.line_manager(post_id)
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        holder = organisation.holder_of(above.pk)
        if holder and holder != besides and above.role in roles_with(Capability.DECIDE_EXTENSIONS):
            return [holder]
        above = organisation.line_manager(above.pk)
    return []
