"""The dashboard's figures, reckoned anew only where what they count has changed."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from django.db.models import Model

from audits.models import CaseAudit
from escalation.models import EscalationStep
from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.allocation.models import Assignment, ExtensionRequest, Programme
from qaframework.caseload.models import Case, CaseClearance
from qaframework.clocks.models import Clock
from qaframework.packs.models import FrameworkVersion
from qaframework.people.kept import Stamps, kept, stamps_of
from qaframework.people.models import Post, Unit
from reporting.figures.actions import action_figures
from reporting.figures.escalations import escalation_figures
from reporting.figures.loops import loop_figures
from reporting.figures.practice import practice_figures
from reporting.figures.returns import return_figures
from reporting.figures.scope import Scope

T = TypeVar("T")
Models = tuple[type[Model], ...]

# Which rows count at all: those of the scope's units that the reader is cleared for.
ALWAYS: Models = (Unit, Case, CaseClearance)

# What each is counted from. The results of audits have no history of their own: they change with the audits.
COUNTED_FROM: Mapping[Callable[[Scope], object], Models] = {
    practice_figures: (Assignment, CaseAudit),
    return_figures: (Assignment, ExtensionRequest, Post, Programme),
    action_figures: (Action, ActionPlan, Clock, Concern, FrameworkVersion),
    loop_figures: (Action, ActionPlan, FrameworkVersion, LoopClosure),
    escalation_figures: (Clock, EscalationStep, FrameworkVersion),
}


class KeptFigures:
    """The figures of one scope for its reader, always those that reckoning them now would give."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def of(self, reckon: Callable[[Scope], T]) -> T:
        """``reckon`` is one of COUNTED_FROM."""
        stamps = [self._stamps[model] for model in (*ALWAYS, *COUNTED_FROM[reckon])]
        return kept(lambda: reckon(self.scope), key=(reckon.__name__, *self._key), stamps=stamps)

    def drawn(self, draw: Callable[[], T], *by: str) -> T:
        """What ``draw`` makes of all figures, and of ``by``: drawn anew once one of them may have changed."""
        return kept(draw, key=("drawn", *by, *self._key), stamps=self._stamps.values())

    @cached_property
    def _key(self) -> tuple[object, ...]:
        scope = self.scope
        return (
            scope.version.pk,
            scope.period.key,
            scope.paths,
            scope.on.isoformat(),
            scope.is_whole,
            scope.reader and scope.reader.pk,
        )

    @cached_property
    def _stamps(self) -> Stamps:
        return stamps_of((*ALWAYS, *(model for models in COUNTED_FROM.values() for model in models)))
