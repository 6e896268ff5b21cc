"""Figures: pure reads for one framework, period and part of the organisation."""

from dataclasses import dataclass

from reporting.figures.actions import ActionFigures, action_figures
from reporting.figures.challenges import ChallengeFigures, challenge_figures
from reporting.figures.coverage import CoverageFigures, coverage_figures
from reporting.figures.escalations import EscalationFigures, escalation_figures
from reporting.figures.good_practice import Shared, good_practice_figures
from reporting.figures.impact import ImpactFigures, impact_figures
from reporting.figures.loops import LoopFigures, loop_figures
from reporting.figures.moderation import ModerationFigures, moderation_figures
from reporting.figures.narratives import Narrative, narrative_figures
from reporting.figures.practice import PartFigures, PracticeFigures, part_figures, practice_figures
from reporting.figures.returns import ReturnFigures, return_figures
from reporting.figures.samples import SampleFigures, sample_figures
from reporting.figures.scope import Scope
from reporting.figures.standards import StandardMet, standard_figures
from reporting.figures.visits import Visits, visit_figures


@dataclass(frozen=True)
class Figures:
    """Everything a report is written from, in 21 queries, and some more where there are visits, alerts and
    disputes, or entries of the library; ``challenges`` is None where the framework has none."""

    returns: ReturnFigures
    practice: PracticeFigures
    parts: PartFigures
    moderation: ModerationFigures
    actions: ActionFigures
    loops: LoopFigures
    escalations: EscalationFigures
    impact: ImpactFigures
    coverage: CoverageFigures
    standards: tuple[StandardMet, ...]
    samples: tuple[SampleFigures, ...]
    narratives: tuple[Narrative, ...]
    visits: tuple[Visits, ...]
    challenges: ChallengeFigures | None
    good_practice: tuple[Shared, ...]


def all_figures(scope: Scope) -> Figures:
    return Figures(
        returns=return_figures(scope),
        practice=practice_figures(scope),
        parts=part_figures(scope),
        moderation=moderation_figures(scope),
        actions=action_figures(scope),
        loops=loop_figures(scope),
        escalations=escalation_figures(scope),
        impact=impact_figures(scope),
        coverage=coverage_figures(scope),
        standards=standard_figures(scope),
        samples=sample_figures(scope),
        narratives=narrative_figures(scope),
        visits=visit_figures(scope),
        challenges=challenge_figures(scope),
        good_practice=good_practice_figures(scope),
    )
