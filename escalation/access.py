"""Which escalation steps a person may see and acknowledge."""

from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.shortcuts import get_object_or_404

from escalation.models import EscalationStep, StepQuerySet
from escalation.wording import RESTRICTED_LABEL
from qaframework.caseload.access import cleared_q
from qaframework.people.access import capability_q, posts_of
from qaframework.people.models import User
from qaframework.people.roles import Capability

# Work whose pages open for its owner and in its units only. A line manager elsewhere may be told of it too.
OPEN_BY_UNIT = ("assignment", "moderation")


def visible_steps(user: User, on: date) -> StepQuerySet:
    """Every step of work about which the person was told, and of work in their units.

    Of a restricted case only to those who are cleared for it or were told; ``names_case`` says whether the
    person may know which case it is.
    """
    unit = "clock__unit"
    in_scope = capability_q(user, Capability.SEE_TEAM_WORK, on, unit) | capability_q(
        user, Capability.RUN_QUALITY_ASSURANCE, on, unit
    )
    told = Q(clock__in=EscalationStep.objects.filter(reached__user=user).values("clock"))
    cleared = cleared_q(user, on, case_field="clock__case")
    opens = ~Q(clock__kind__in=OPEN_BY_UNIT) | in_scope | Q(clock__owner_post__in=posts_of(user, on))
    return EscalationStep.objects.filter(told | (in_scope & cleared)).annotate(
        names_case=ExpressionWrapper(cleared, output_field=BooleanField()),
        opens=ExpressionWrapper(cleared & opens, output_field=BooleanField()),
    )


def names_case(step: EscalationStep) -> bool:
    """Whether whoever asked ``visible_steps`` for the step may know which case it is about."""
    return bool(vars(step)["names_case"])


def label_of(step: EscalationStep) -> str:
    """What the step is about, for the same person."""
    return step.clock.label if names_case(step) else RESTRICTED_LABEL


def url_of(step: EscalationStep) -> str:
    """Where what the step is about opens for the same person; empty where it does not."""
    return step.clock.url if vars(step)["opens"] else ""


def get_step(user: User, pk: int, on: date) -> EscalationStep:
    """An escalation that the person may read about; 404 for anything else."""
    related = ("clock__owner_post", "clock__unit", "acknowledged_by")
    steps = visible_steps(user, on).escalations().select_related(*related)
    return get_object_or_404(steps, pk=pk)
