"""The leaders' dashboard: one month of one part of the organisation, as its reader may see it."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import QueryDict
from django.template.loader import render_to_string

from qaframework.packs.models import Framework
from qaframework.people.access import scope_paths
from qaframework.people.models import Unit, User
from qaframework.people.roles import Capability
from reporting import access
from reporting.document import Section
from reporting.figures.actions import action_figures
from reporting.figures.escalations import escalation_figures
from reporting.figures.keeping import KeptFigures
from reporting.figures.loops import loop_figures
from reporting.figures.practice import practice_figures
from reporting.figures.returns import return_figures
from reporting.figures.scope import Scope
from reporting.forms import DashboardFilter
from reporting.links import Links
from reporting.sections import follow_up, practice, returns

T = TypeVar("T", Framework, Unit)


@dataclass(frozen=True)
class Dashboard:
    """``figures`` are drawn, and empty where no framework holds for the person's units."""

    filter: DashboardFilter
    framework: Framework | None
    unit: Unit | None
    figures: str


def dashboard_for(user: User, query: QueryDict, today: date) -> Dashboard:
    """Figures of the framework, month and unit that the address names.

    Four queries choose them, one asks whether kept figures still hold, twelve at most reckon them anew.
    """
    frameworks = list(access.frameworks_with_figures(user, today).prefetch_related("units"))
    units = list(access.units_with_figures(user, today))
    frameworks.sort(key=lambda one: -_reach(one, units))
    chosen = DashboardFilter(query, today=today, frameworks=frameworks, units=units)
    framework = _named(frameworks, chosen.chosen("framework")) or (frameworks[0] if frameworks else None)
    unit = _named(units, chosen.chosen("unit"))
    if framework is None:
        return Dashboard(chosen, None, unit, "")
    paths = (unit.path,) if unit else tuple(scope_paths(user, Capability.SEE_FIGURES, today))
    scope = Scope(
        version=framework.version_on(today),
        period=chosen.month_chosen,
        paths=paths,
        on=today,
        reader=user,
        is_whole=all(one.path.startswith(paths) for one in framework.units.all()),
    )
    links = access.links_of(user, scope.period.key, today)
    return Dashboard(chosen, framework, unit, _drawn(KeptFigures(scope), links))


def _drawn(figures: KeptFigures, links: Links) -> str:
    """The sections as they stand on the page. Drawing them takes longer than all else of a page whose figures
    hold, so that it is kept with them."""

    def draw() -> str:
        return render_to_string("reporting/_figures.html", {"sections": _sections(figures, links)})

    return figures.drawn(draw, repr(links))


def _sections(figures: KeptFigures, links: Links) -> tuple[Section, ...]:
    grades, actions = figures.of(practice_figures), figures.of(action_figures)
    label = figures.scope.period.label
    return (
        returns.returns_section(figures.of(return_figures), label, links.board),
        practice.grades_section(grades, label, by_quarter=False, url=links.audits),
        follow_up.late_section(figures.of(escalation_figures), links),
        follow_up.actions_section(actions, links),
        follow_up.loops_section(figures.of(loop_figures), links),
        follow_up.concerns_section(actions, links),
        practice.involvement_section(grades),
        practice.groups_section(grades),
    )


def _named(rows: list[T], key: str) -> T | None:
    return next((row for row in rows if str(row.pk) == key), None)


def _reach(framework: Framework, units: list[Unit]) -> int:
    """For how many of the units the framework holds: the dashboard opens on the one of most of them."""
    paths = tuple(unit.path for unit in framework.units.all())
    return sum(unit.path.startswith(paths) for unit in units)


def about(shown: Dashboard) -> str:
    """Which part of the organisation and whose rules, in a sentence."""
    where = shown.unit.name if shown.unit else "All units whose figures you see"
    rules = f", by the {shown.framework.name}" if shown.framework else ""
    return f"{where}{rules}. Restricted cases that you are not cleared for are in none of these figures."
