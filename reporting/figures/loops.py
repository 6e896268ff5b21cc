"""Closing the loop: each case with the lowest grade, how far it is, for how many days (LAN-24, LAN-26)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from qaframework.actions.models import Action, LoopClosure
from qaframework.rules.statistics import Share, share
from qaframework.rules.working_days import local_date
from reporting.figures.scope import Scope

ISSUED = (*Action.OWED_STATES, Action.State.DONE, Action.State.VERIFIED)


@dataclass(frozen=True)
class Loop:
    """One case, without anything that tells whose it is. ``days`` are calendar days open."""

    state: str
    state_label: str
    days: int
    is_late: bool
    actions: int
    verified: int


@dataclass(frozen=True)
class LoopFigures:
    """``loops`` are those open today and those authorised in the period, the longest open first."""

    loops: tuple[Loop, ...]
    opened: int
    authorised: int
    in_time: Share

    @property
    def still_open(self) -> int:
        return sum(loop.state != LoopClosure.State.AUTHORISED for loop in self.loops)

    @property
    def late(self) -> int:
        return sum(loop.is_late for loop in self.loops)


def loop_figures(scope: Scope) -> LoopFigures:
    """In one query."""
    period = (scope.first_moment, scope.last_moment)
    authorised = Q(state=LoopClosure.State.AUTHORISED)
    issued = Q(plan__actions__state__in=ISSUED)
    found = (
        LoopClosure.objects.filter(
            scope.of_units("unit"),
            scope.countable(LoopClosure, "case"),
            ~authorised | Q(authorised_at__range=period) | Q(opened_at__range=period),
            plan__framework_version__framework=scope.framework_id,
        )
        .annotate(
            actions=Count("plan__actions", filter=issued),
            verified=Count("plan__actions", filter=Q(plan__actions__state="verified")),
        )
        .order_by("opened_at", "pk")
    )
    loops = list(found)
    ended = [one for one in loops if one.authorised_at and period[0] <= one.authorised_at <= period[1]]
    in_time = [one for one in ended if one.sent_to_hos_at and local_date(one.sent_to_hos_at) <= one.due_on]
    return LoopFigures(
        loops=tuple(_loop(one, scope) for one in loops),
        opened=sum(period[0] <= one.opened_at <= period[1] for one in loops),
        authorised=len(ended),
        in_time=share(len(in_time), len(ended)),
    )


def _loop(loop: LoopClosure, scope: Scope) -> Loop:
    until = local_date(loop.authorised_at) if loop.authorised_at else scope.on
    return Loop(
        state=loop.state,
        state_label=loop.get_state_display(),
        days=(until - local_date(loop.opened_at)).days,
        is_late=loop.state in ("due", "returned") and loop.due_on < scope.on,
        actions=getattr(loop, "actions", 0),
        verified=getattr(loop, "verified", 0),
    )
