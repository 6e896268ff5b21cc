"""Remedial actions and concerns: opened, done, verified, and how late the rest is (LAN-28, LAN-33)."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, F, Q, QuerySet

from qaframework.actions.models import Action, Concern
from qaframework.actions.tracker import LATENESS
from qaframework.rules.statistics import Share, share
from qaframework.rules.working_days import local_date
from reporting.figures.scope import Scope

STEPS = tuple(key for key in LATENESS if key != "late")


@dataclass(frozen=True)
class Overdue:
    """Owed actions that are late by so many weeks; ``key`` is the tracker's filter."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class ActionFigures:
    """``opened``, ``done`` and ``verified`` happened in the period; ``owed`` and ``overdue`` are as at today.
    ``median_days`` are calendar days from the issue of an action to its being done, None without any."""

    opened: int
    done: int
    verified: int
    with_difference: Share
    in_time: Share
    median_days: float | None
    owed: int
    overdue: tuple[Overdue, ...]
    concerns: int
    concerns_in_time: Share

    @property
    def overdue_total(self) -> int:
        return sum(step.count for step in self.overdue)


def actions_in(scope: Scope) -> QuerySet[Action]:
    """Issued actions about practice in the scope's units."""
    return Action.objects.filter(
        scope.of_units("plan__unit"),
        scope.countable(Action, "plan__case"),
        plan__framework_version__framework=scope.framework_id,
    ).exclude(state=Action.State.DRAFT)


def action_figures(scope: Scope) -> ActionFigures:
    """In five queries, each of which goes only through the rows that it counts, however long the past is."""
    period = (scope.first_moment, scope.last_moment)
    issued = actions_in(scope)
    opened = issued.filter(plan__issued_at__range=period).count()
    verified = issued.filter(state=Action.State.VERIFIED, verified_at__range=period).aggregate(
        all=Count("pk"), with_difference=Count("pk", filter=~Q(difference_made=""))
    )
    owed = issued.filter(state__in=Action.OWED_STATES).aggregate(
        all=Count("pk"), **{key: Count("pk", filter=_late_by(scope, key)) for key in STEPS}
    )
    done = issued.filter(done_at__range=period, state__in=("done", "verified"))
    times = [
        (local_date(begun), local_date(finished), due)
        for begun, finished, due in done.values_list("plan__issued_at", "done_at", "due_on")
        if begun is not None and finished is not None
    ]
    concerns = Concern.objects.filter(
        scope.of_units("unit"),
        scope.countable(Concern, "case"),
        clock__framework_version__framework=scope.framework_id,
        raised_at__range=period,
    ).aggregate(raised=Count("pk"), in_time=Count("pk", filter=Q(acknowledged_at__lte=F("clock__due_at"))))
    return ActionFigures(
        opened=opened,
        done=len(times),
        verified=verified["all"],
        with_difference=share(verified["with_difference"], verified["all"]),
        in_time=share(sum(finished <= due for _, finished, due in times), len(times)),
        median_days=median((finished - begun).days for begun, finished, _ in times) if times else None,
        owed=owed["all"],
        overdue=tuple(Overdue(key, LATENESS[key][0], owed[key]) for key in STEPS),
        concerns=concerns["raised"],
        concerns_in_time=share(concerns["in_time"], concerns["raised"]),
    )


def _late_by(scope: Scope, key: str) -> Q:
    """The tracker's own steps, so that its list has as many rows as the figure says."""
    _, weeks_from, weeks_to = LATENESS[key]
    late = Q(due_on__lt=scope.on - timedelta(weeks=weeks_from))
    return late if weeks_to is None else late & Q(due_on__gte=scope.on - timedelta(weeks=weeks_to))
