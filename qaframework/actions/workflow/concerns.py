"""A child may be unsafe now: the people who can act are told at once and have to answer."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from qaframework.actions.models import Concern
from qaframework.caseload.models import Case
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.models import FrameworkVersion
from qaframework.people import directory, history
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import after
from qaframework.rules.working_days import local_date
from qaframework.tools.models import AnswerSet


@transaction.atomic
def raise_concern(
    *,
    case: Case,
    unit: Unit,
    worker: User | None,
    answer_set: AnswerSet | None,
    framework_version: FrameworkVersion,
    what: str,
    by: User,
    now: datetime,
) -> Concern:
    """Tell the case holder and the manager now, and start the clock until somebody answers.

    The work in which it was noticed goes on (RBWM-11, SAN-01).
    """
    if not what.strip():
        raise Refused("Say what you are worried about, so that the people who are told can act.")
    concern = history.create(
        Concern(answer_set=answer_set, case=case, unit=unit, what=what, raised_by=by, raised_at=now),
        by=by,
        now=now,
        reason="Raised",
    )
    owner_post = _answering_post(unit, worker, now)
    rule = framework_version.pack.concern_rule
    clock = clocks.start_clock(
        kind="concern",
        label=f"Concern about case {case.child_ref}",
        url=reverse("actions:concern", args=[concern.pk]),
        framework_version=framework_version,
        ladder=rule.ladder,
        owner_post=owner_post,
        unit=unit,
        case=case,
        due_at=after(now, rule.acknowledge_within, working_calendar()),
        by=by,
        now=now,
    )
    history.change(concern, by=by, now=now, reason="Clock started", clock=clock)
    manager = directory.holder_of(owner_post, local_date(now))
    message = Message(
        "concern",
        concern.pk,
        subject=f"Act now: a concern about case {case.child_ref}",
        body=f"{by} is worried that this child may be unsafe. Open the concern, act, and say what "
        "you have done.",
        url=reverse("actions:concern", args=[concern.pk]),
        case_ids=[case.pk],
        is_urgent=True,
    )
    write_notices(message.to(person for person in (worker, manager) if person != by), now=now)
    return concern


@transaction.atomic
def acknowledge_concern(*, concern: Concern, response: str, by: User, now: datetime) -> Concern:
    """Somebody who can act says what they have done; the clock stops."""
    if not response.strip():
        raise Refused("Say what you have done, or who is doing it now.")
    if by.pk == concern.raised_by_id:
        raise Refused("Somebody else has to acknowledge a concern that you raised.")
    history.change(
        concern,
        by=by,
        now=now,
        reason="Acknowledged",
        only_if={"acknowledged_at__isnull": True},
        acknowledged_by=by,
        acknowledged_at=now,
        response=response,
    )
    if concern.clock:
        clocks.stop_clock(clock=concern.clock, reason=Clock.StopReason.COMPLETED, by=by, now=now)
    return concern


def _answering_post(unit: Unit, worker: User | None, now: datetime) -> Post:
    """The line manager's post of the worker, else the nearest manager of the unit or above."""
    today = local_date(now)
    post = directory.post_of(worker, today) if worker else None
    above = directory.line_manager_post(post) if post else None
    if above is not None:
        return above
    for role in ("team_manager", "senior_manager", "head_of_service", "director", "executive_director"):
        posts = directory.nearest_posts(unit, role, today)
        if posts:
            return posts[0]
    raise Refused(
        f"No manager's post is known for {unit}. Ring the Head of Service now, and ask an administrator to "
        "complete the organisation."
    )
