"""The sweep that takes every step that has fallen due, and acknowledging a step."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from escalation import claiming
from escalation.models import EscalationStep
from escalation.recipients import Directory
from escalation.wording import RESTRICTED_LABEL, Told, how_it_ended, notice_for, step_url
from qaframework.caseload.models import CaseClearance
from qaframework.clocks.models import Moment
from qaframework.notices.workflow import write_notices
from qaframework.people import history
from qaframework.people.access import posts_of
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


class Route(NamedTuple):
    """What decides whom a step reaches. ``recipients`` are the ladder's words."""

    recipients: tuple[str, ...]
    owner_post_id: int
    unit_id: int
    is_reminder: bool


class TakenStep(NamedTuple):
    """A step just taken, with what is needed to tell people."""

    pk: int
    clock_id: int
    case_id: int | None
    is_restricted: bool | None
    label: str
    url: str
    due_at: datetime
    falls_at: datetime
    was_late: bool
    name: str
    position: int
    is_reminder: bool

    def told(self, owner: str, *, is_own: bool, may_know: bool, why: str, now: datetime) -> Told:
        """The step as one of those whom it reaches reads of it; ``may_know`` which case it is about."""
        url = self.url if may_know else reverse("escalation:board")
        return Told(
            step_id=self.pk,
            clock_id=self.clock_id,
            label=self.label if may_know else RESTRICTED_LABEL,
            url=url if is_own or self.is_reminder else step_url(self.pk),
            owner=owner,
            is_own=is_own,
            due_at=self.due_at,
            is_past=self.due_at < now,
            name=self.name,
            position=self.position,
            is_reminder=self.is_reminder,
            why=why,
            late_since=self.falls_at if self.was_late else None,
            case_id=self.case_id if may_know else None,
        )


@transaction.atomic
def sweep(*, now: datetime, dry_run: bool = False) -> Swept:
    """Take every step that has fallen due by ``now`` (aware) and write one notice to each person it reaches.

    In one transaction and at most twelve statements, however many are due: one of them only where a message
    names a case, so that it can be withheld later, and one only where such a case is restricted.

    May run twice, late or beside another sweep: each step is taken once. A clock that was stopped, paused or
    moved takes no more steps of its old round, also when that happens in the same second.
    Sources: LAN-29 to LAN-31, LAN-33.
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

    Raises Refused without a note, for one's own work, once it is over, or when somebody else acknowledged
    the step first.
    """
    if refusal := why_not_acknowledged(step, by, local_date(now)):
        raise Refused(refusal)
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


def why_not_acknowledged(step: EscalationStep, user: User, on: date) -> str:
    """Why there is nothing for the person to acknowledge on a local day; empty when there is."""
    if over := how_it_ended(step):
        return f"There is nothing to acknowledge any more. {over}."
    if any(post.pk == step.clock.owner_post_id for post in posts_of(user, on)):
        return (
            "This work is yours. Somebody else who was told, or who manages it, acknowledges that it is late."
        )
    return ""


def _tell(token: UUID, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Record whom each step of this sweep reaches, and write the notices; return how many, and warnings."""
    organisation = Organisation.load(local_date(now))
    directory = Directory(organisation)
    told: dict[int, list[Told]] = defaultdict(list)
    reached: list[claiming.Reach] = []
    warnings: set[str] = set()
    routes = _by_route(token)
    cleared = _cleared(
        {step.case_id for steps in routes.values() for step in steps if step.is_restricted}, now
    )
    for route, steps in routes.items():
        post = organisation.posts[route.owner_post_id]
        holder = organisation.holder_of(post.pk)
        owner = f"{post.title} ({holder or 'vacant'})"
        found = directory.answer(route.recipients, post.pk, route.unit_id, is_reminder=route.is_reminder)
        names = {step.name for step in steps}
        warnings |= {f"{name}, work of {post.title}: {text}" for name in names for text in found.warnings}
        for person in found.reached:
            user = person.user
            is_own = holder is not None and holder.pk == user.pk
            told[user.pk] += [
                step.told(
                    owner,
                    is_own=is_own,
                    may_know=not step.is_restricted or (user.pk, step.case_id) in cleared,
                    why=person.why.to_them,
                    now=now,
                )
                for step in steps
            ]
            keys = [step.pk for step in steps]
            reached.append(claiming.Reach(user.pk, person.asked_for, person.why.note, keys))
    claiming.record_reached(reached)
    board = reverse("escalation:board")
    drafts = [notice_for(user_id, items, sweep=token, board_url=board) for user_id, items in told.items()]
    return write_notices(drafts, now=now), tuple(sorted(warnings))


def _cleared(restricted: set[int | None], now: datetime) -> set[tuple[int, int]]:
    """Who is cleared on that day for which of these restricted cases, as (person, case)."""
    if not restricted:
        return set()
    clearances = CaseClearance.objects.filter(case__in=restricted, review_on__gte=local_date(now))
    return set(clearances.values_list("user", "case"))


def _by_route(token: UUID) -> dict[Route, list[TakenStep]]:
    """The steps of this sweep by what decides whom they reach: few routes, however many steps."""
    rows = Moment.objects.filter(
        clock__steps__sweep=token,
        clock__steps__round=F("round"),
        clock__steps__position=F("position"),
    ).order_by("clock__steps__pk")
    routes: dict[Route, list[TakenStep]] = defaultdict(list)
    route = ("recipients", "clock__owner_post_id", "clock__unit_id")
    about = ("clock__case", "clock__case__is_restricted")
    shown = ("clock__steps__pk", "clock_id", *about, "clock__label", "clock__url", "clock__due_at")
    taken = ("falls_at", "clock__steps__was_late", "name", "position", "is_reminder")
    for row in rows.values_list(*route, *shown, *taken):
        step = TakenStep._make(row[len(route) :])
        routes[Route(tuple(row[0]), row[1], row[2], step.is_reminder)].append(step)
    return routes
