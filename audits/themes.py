"""By which theme a draw is made: the one set for its month and unit, or the framework's own."""

from dataclasses import dataclass

from audits.models import MonthTheme
from qaframework.allocation.models import Programme
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import Unit
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month


@dataclass(frozen=True)
class ChosenTheme:
    """What audits by theme are about, and which cases fit it."""

    title: str
    criteria: CaseCriteria


def theme_for(
    activity: str, version: FrameworkVersion, programme: Programme, month: Month, pool: Unit
) -> ChosenTheme | None:
    """The theme for draws from the pool: that set for the nearest unit, the pool itself or above it; without
    any, that of the framework."""
    themes = MonthTheme.objects.filter(programme=programme, period=month.key).select_related("unit")
    above = [theme for theme in themes if pool.path.startswith(theme.unit.path)]
    if above:
        nearest = max(above, key=lambda theme: len(theme.unit.path))
        return ChosenTheme(nearest.title, CaseCriteria.of(nearest.criteria))
    of_framework = version.pack.theme_for(activity, month, pool.path.strip("/").split("/")[::-1])
    return ChosenTheme(of_framework.label, of_framework.cases) if of_framework else None
