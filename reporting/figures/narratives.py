"""What service and quality assurance team agree that the dip samples of a unit show (LAN-12)."""

from dataclasses import dataclass

from audits.models import DipSampleTheme
from qaframework.rules.periods import Month
from reporting.figures.scope import Scope


@dataclass(frozen=True)
class Narrative:
    """One month's theme and what was found on it; ``text`` is empty until both sides have signed."""

    month: str
    theme: str
    text: str


def narrative_figures(scope: Scope) -> tuple[Narrative, ...]:
    """Those of the very units of the scope, in the order of the months: a report of all units has none."""
    themes = DipSampleTheme.objects.filter(
        programme__framework=scope.framework_id,
        unit__path__in=scope.paths,
        period__in=[month.key for month in scope.period.months],
    )
    rows = themes.order_by("period", "rule").values_list("period", "title", "narrative", "agreed_at")
    return tuple(
        Narrative(Month.parse(period).label, title, text if agreed_at else "")
        for period, title, text, agreed_at in rows
    )
