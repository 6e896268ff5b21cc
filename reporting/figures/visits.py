"""Visits: how many were owed and made, and what they found, added up over all of them (SAN-43)."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from audits.dip_samples import results
from observations.models import Observation
from qaframework.allocation.models import Assignment
from qaframework.caseload.access import hidden_cases
from qaframework.rules.statistics import Share
from qaframework.tools.models import AnswerSet
from qaframework.tools.reading import answered_together
from reporting.figures.returns import NOT_DUE
from reporting.figures.scope import Scope

DONE = Q(state__in=Assignment.DONE_STATES)


@dataclass(frozen=True)
class Found:
    """How often a question was answered how; ``met`` is the share of plain yes where it applies."""

    question: str
    yes: int
    partly: int
    no: int
    not_applicable: int
    met: Share


@dataclass(frozen=True)
class Visits:
    """One kind of visit. ``found`` is empty where its form asks nothing that is answered by yes or no."""

    label: str
    owed: int
    made: int
    found: tuple[Found, ...]


def visit_figures(scope: Scope) -> tuple[Visits, ...]:
    """Each kind of visit of which some were due in the period, in the framework's own order.

    Children whose case is restricted are left out of what was found, as they are of all figures.
    """
    kinds = {one.key: one.label for one in scope.pack.activities.values() if one.kind == "visit"}
    if not kinds:
        return ()
    due = Assignment.objects.filter(
        scope.of_units("post__unit"),
        scope.countable(Assignment, "case"),
        ~Q(state__in=NOT_DUE),
        programme__framework=scope.framework_id,
        activity__in=kinds,
        original_due_on__range=(scope.period.start, scope.period.end),
    )
    numbers = due.order_by().values_list("activity").annotate(owed=Count("pk"), made=Count("pk", filter=DONE))
    counted = {activity: (owed, made) for activity, owed, made in numbers}
    return tuple(
        Visits(label, *counted[key], _found(scope, due.filter(DONE, activity=key)))
        for key, label in kinds.items()
        if key in counted
    )


def _found(scope: Scope, made: QuerySet[Assignment]) -> tuple[Found, ...]:
    visits = Observation.objects.filter(assignment__in=made.order_by().values("pk"))
    answer_sets = AnswerSet.objects.filter(pk__in=visits.order_by().values("answer_set"))
    hidden = set(hidden_cases(scope.reader, scope.on).values_list("child_ref", flat=True))
    return tuple(
        Found(one.question.text, one.yes, one.partly, one.no, one.not_applicable, one.met)
        for together in answered_together(answer_sets, without=hidden)
        for one in results(together.tool_version.definition, together.values)
    )
