"""The year's programme is approved by whoever answers for it (RBWM-08)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from qaframework.allocation.models import Planning, Programme, ProgrammeApproval
from qaframework.allocation.workflow.proposing import posts_in
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory
from qaframework.people.access import posts_of
from qaframework.people.models import Post, User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


def may_approve(user: User, programme: Programme, on: date) -> bool:
    """Whether a post that the person holds answers for the programme on that local date."""
    owing = {post.pk for post in _owner_posts(programme, on)}
    return any(post.pk in owing for post in posts_of(user, on))


def ask_for_approval(*, planning: Planning, now: datetime) -> None:
    """Tell those who answer for the programme that a planning waits for them."""
    programme, today = planning.programme, local_date(now)
    holders = {directory.holder_of(post, today) for post in _owner_posts(programme, today)}
    message = Message(
        "programme_approval",
        planning.pk,
        subject=f"Please approve the programme: {programme}",
        body="It was made, or brought into step with posts and quotas. Read what it asks of whom, then "
        "approve it, or say to the quality assurance team what should be different.",
        url=reverse("allocation:approve_programme", args=[programme.pk, planning.pk]),
    )
    write_notices(message.to(holders), now=now)


@transaction.atomic
def approve_programme(*, planning: Planning, by: User, now: datetime) -> ProgrammeApproval:
    """Approve what the newest planning made of the programme (RBWM-08).

    Raises Refused for somebody who does not answer for it, for a planning that a newer one has overtaken, and
    when it was approved before.
    """
    programme = planning.programme
    if not may_approve(by, programme, local_date(now)):
        raise Refused("Only whoever answers for the programme can approve it.")
    if programme.plannings.filter(pk__gt=planning.pk).exists():
        raise Refused("The programme has changed since then. Read and approve the newest planning.")
    try:
        with transaction.atomic():
            return ProgrammeApproval.objects.create(planning=planning, approved_by=by, approved_at=now)
    except IntegrityError as clash:
        raise Refused("This was approved before.") from clash


def _owner_posts(programme: Programme, on: date) -> list[Post]:
    """The posts of the role that answers by the newest rules: in the line above the framework's units, else
    inside them; none where nobody has to."""
    newest = programme.framework.versions.first()
    role = newest.pack.programme_owner if newest else ""
    if not role:
        return []
    units = programme.framework.units.all()
    found = {post.pk: post for unit in units for post in directory.nearest_posts(unit, role, on)}
    return list(found.values()) or [post for post in posts_in(programme.framework) if post.role == role]
