"""Escalations: the steps taken in the period, and the step at which late work stands today."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from escalation.models import EscalationStep, StepQuerySet
from reporting.figures.scope import Scope

# What the clocks time, as people call it.
KINDS = {
    "assignment": "Audits and other work",
    "action": "Actions",
    "notify": "Telling worker and manager",
    "loop": "Closing the loop",
    "moderation": "Moderation",
    "concern": "Concerns",
    "challenge": "Alerts and disputes",
    "challenge_answered": "Answers to alerts and disputes",
}


@dataclass(frozen=True)
class Step:
    """How many pieces of work of one kind; ``kind`` and ``name`` are the filters of the escalations board."""

    kind: str
    kind_label: str
    name: str
    count: int


@dataclass(frozen=True)
class EscalationFigures:
    taken: tuple[Step, ...]
    standing: tuple[Step, ...]

    def standing_of(self, kind: str) -> tuple[Step, ...]:
        return tuple(step for step in self.standing if step.kind == kind)


def escalation_figures(scope: Scope) -> EscalationFigures:
    """In two queries."""
    steps = EscalationStep.objects.filter(
        scope.of_units("clock__unit"),
        scope.countable(EscalationStep, "clock__case"),
        clock__framework_version__framework=scope.framework_id,
    )
    taken = steps.escalations().filter(taken_at__range=(scope.first_moment, scope.last_moment))
    return EscalationFigures(taken=tuple(_counts(taken)), standing=tuple(_counts(steps.current())))


def _counts(steps: StepQuerySet) -> Iterable[Step]:
    grouped = steps.order_by("clock__kind", "position", "name").values_list("clock__kind", "position", "name")
    for kind, _, name, count in grouped.annotate(n=Count("pk")):
        yield Step(kind, KINDS.get(kind, kind.replace("_", " ").capitalize()), name, count)
