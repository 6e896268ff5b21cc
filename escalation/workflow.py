"""The sweep that takes every step that has fallen due, and acknowledging a step."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from escalation import claiming
from escalation.models import EscalationStep, StepRecipient
from escalation.recipients import Answer, Directory
from escalation.wording import Told, notice_for
from qaframework.clocks.models import Moment
from qaframework.notices.workflow import write_notices
from qaframework.people import history
from qaframework.people.bulk import insert_new
from qaframework.people.directory import Organisation
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


@dataclass(frozen=True)
class Swept:
    """What one sweep did. ``warnings`` names the work about which nobody could be told."""

    steps: int
    notices: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TakenStep:
    """A step just taken, with what is needed to tell people. ``recipients`` are the ladder's words."""

    pk: int
    clock_id: int
    label: str
    url: str
    owner_post_id: int
    unit_id: int
    due_at: datetime
    name: str
    position: int
    is_reminder: bool
    recipients: list[str]


@transaction.atomic
def sweep(*, now: datetime, dry_run: bool = False) -> Swept:
    """Take every step that has fallen due by ``now`` (aware) and write one notice to each person it reaches.

    In one transaction and fewer than ten statements, however many are due. May run twice, late or beside
    another sweep: each step is taken once. A clock that was stopped or moved takes no more steps of its
    old round, also when that happens in the same second. Sources: LAN-29 to LAN-31, LAN-33.
    """
    token = uuid4()
    swept = Swept(0, 0)
    if count := claiming.take_due_steps(sweep=token, now=now):
        claiming.close_moments_taken(now=now)
        claiming.remember_steps(sweep=token, now=now)
        notices, warnings = _tell(token, now)
        swept = Swept(count, notices, warnings)
    if dry_run:
        transaction.set_rollback(True)
    return swept


@transaction.atomic
def acknowledge(*, step: EscalationStep, note: str, by: User, now: datetime) -> EscalationStep:
    """Record that somebody has taken a late piece of work in hand, and what will happen next.

    Raises Refused without a note, or when somebody else acknowledged the step first.
    """
    if not note.strip():
        raise Refused("Say in a few words what will happen next.")
    try:
        return history.change(
            step,
            by=by,
            now=now,
            reason="Acknowledged",
            only_if={"acknowledged_at__isnull": True},
            acknowledged_by=by,
            acknowledged_at=now,
            acknowledgement=note.strip(),
        )
    except SomebodyElseWasFirst as clash:
        step.refresh_from_db()
        raise Refused(f"{step.acknowledged_by} acknowledged this step before you.") from clash


def _tell(token: UUID, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Record whom each step of this sweep reaches, and write the notices; return how many, and warnings."""
    organisation = Organisation.load(local_date(now))
    directory = Directory(organisation)
    told: dict[int, list[Told]] = defaultdict(list)
    reached: list[StepRecipient] = []
    warnings: set[str] = set()

    @cache
    def answer(words: tuple[str, ...], owner_post_id: int, unit_id: int, is_reminder: bool) -> Answer:
        return directory.answer(words, owner_post_id, unit_id, is_reminder=is_reminder)

    for step in _taken_steps(token):
        post = organisation.posts[step.owner_post_id]
        owner = organisation.holder_of(post.pk)
        found = answer(tuple(step.recipients), post.pk, step.unit_id, step.is_reminder)
        warnings.update(f"{step.name}, work of {post.title}: {warning}" for warning in found.warnings)
        for person in found.reached:
            reached.append(
                StepRecipient(step_id=step.pk, user=person.user, asked_for=person.asked_for, note=person.note)
            )
            told[person.user.pk].append(
                Told(
                    step_id=step.pk,
                    clock_id=step.clock_id,
                    label=step.label,
                    url=step.url,
                    owner=f"{post.title} ({owner or 'vacant'})",
                    is_own=owner == person.user,
                    due_at=step.due_at,
                    name=step.name,
                    position=step.position,
                    is_reminder=step.is_reminder,
                    note=person.note,
                )
            )
    insert_new(reached)
    board = reverse("escalation:board")
    drafts = [notice_for(user_id, items, sweep=token, board_url=board) for user_id, items in told.items()]
    return write_notices(drafts, now=now), tuple(sorted(warnings))


def _taken_steps(token: UUID) -> list[TakenStep]:
    rows = Moment.objects.filter(
        clock__steps__sweep=token,
        clock__steps__round=F("round"),
        clock__steps__position=F("position"),
    ).order_by("clock__steps__pk")
    return [
        TakenStep(*row)
        for row in rows.values_list(
            "clock__steps__pk",
            "clock_id",
            "clock__label",
            "clock__url",
            "clock__owner_post_id",
            "clock__unit_id",
            "clock__due_at",
            "name",
            "position",
            "is_reminder",
            "recipients",
        )
    ]
