"""What stands in each report and on the dashboard, in which order."""

from qaframework.rules.periods import Quarter
from reporting.document import Section
from reporting.figures import Figures
from reporting.figures.scope import Scope
from reporting.links import Links
from reporting.sections import (
    challenges,
    follow_up,
    good_practice,
    narratives,
    practice,
    returns,
    samples,
    standards,
    visits,
)

ABOUT_RESTRICTED = "Restricted cases are left out of all figures of this report."


def monthly_sections(figures: Figures, scope: Scope, links: Links) -> tuple[Section, ...]:
    period = scope.period.label
    return (
        returns.returns_section(figures.returns, period, links.board),
        returns.returns_run(figures.returns),
        practice.grades_section(figures.practice, period, by_quarter=False, url=links.audits),
        practice.sections_section(figures.parts, period),
        *_standards(figures),
        follow_up.moderation_section(figures.moderation, links, matrix=False),
        follow_up.loops_section(figures.loops, links),
        follow_up.actions_section(figures.actions, links),
        follow_up.concerns_section(figures.actions, links),
        *_challenges(figures, period),
        follow_up.escalations_section(figures.escalations, links),
        practice.involvement_section(figures.practice),
        follow_up.impact_section(figures.impact),
    )


def quarterly_sections(figures: Figures, scope: Scope, links: Links) -> tuple[Section, ...]:
    period = scope.period.label
    return (
        returns.returns_section(figures.returns, period, links.board),
        returns.returns_run(figures.returns),
        practice.grades_section(figures.practice, period, by_quarter=True, url=links.audits),
        practice.sections_section(figures.parts, period),
        *_standards(figures),
        practice.groups_section(figures.practice),
        follow_up.moderation_section(figures.moderation, links, matrix=True),
        follow_up.coverage_section(figures.coverage),
        *_narratives(figures),
        *_visits(figures, period),
        *_good_practice(figures),
        follow_up.loops_section(figures.loops, links),
        follow_up.actions_section(figures.actions, links),
        *_samples(figures),
        follow_up.concerns_section(figures.actions, links),
        *_challenges(figures, period),
        follow_up.escalations_section(figures.escalations, links),
        practice.involvement_section(figures.practice),
        follow_up.impact_section(figures.impact),
    )


def _standards(figures: Figures) -> tuple[Section, ...]:
    """Where the framework maps questions to standards."""
    return (standards.standards_section(figures.standards),) if figures.standards else ()


def _samples(figures: Figures) -> tuple[Section, ...]:
    """Where the program draws what dip samples look at."""
    return (samples.samples_section(figures.samples),) if figures.samples else ()


def _narratives(figures: Figures) -> tuple[Section, ...]:
    """In the report of a unit that chooses the themes of its dip samples."""
    return (narratives.narratives_section(figures.narratives),) if figures.narratives else ()


def _visits(figures: Figures, period: str) -> tuple[Section, ...]:
    """Where visits were due in the quarter."""
    return (visits.visits_section(figures.visits, period),) if figures.visits else ()


def _challenges(figures: Figures, period: str) -> tuple[Section, ...]:
    """Where the framework has alerts and disputes."""
    found = figures.challenges
    return (challenges.challenges_section(found, period),) if found else ()


def _good_practice(figures: Figures) -> tuple[Section, ...]:
    """Where the library of good practice gained something."""
    shared = figures.good_practice
    return (good_practice.good_practice_section(shared),) if shared else ()


def report_sections(figures: Figures, scope: Scope) -> tuple[Section, ...]:
    """A report is read by many, in files too, so nothing in it leads to lists of one reader."""
    contents = quarterly_sections if isinstance(scope.period, Quarter) else monthly_sections
    return contents(figures, scope, Links())
