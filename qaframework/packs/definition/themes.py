"""What audits and other work look at in some months: themes, and who chooses those that are still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of, month_number, offset_of
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import Offset
from qaframework.rules.periods import Month


@dataclass(frozen=True)
class Theme:
    """A theme of some activities in some ``months``, 1 for January, of the units with those codes or all.

    Without a ``label`` it has yet to be chosen, by the role or group ``chosen_by``; where ``for_each`` names
    a kind of unit, each of these chooses its own, month by month. ``narrative_within`` says how long after
    its month the service and the quality assurance team agree on what its dip samples show; None where they
    write nothing. Audits that are drawn by theme are of ``cases`` that fit it.
    Sources: LAN-12, LAN-14, RBWM-21, SAN-10, SAN-22.
    """

    key: str
    label: str
    chosen_by: str
    activities: tuple[str, ...]
    months: tuple[int, ...]
    units: tuple[str, ...]
    for_each: str
    narrative_within: Offset | None
    cases: CaseCriteria
    note: str
    clauses: tuple[str, ...]

    def holds(self, activity: str, month: Month) -> bool:
        return activity in self.activities and month.month in self.months


def theme_from(data: Json, year_starts_in: int) -> Theme:
    return Theme(
        key=data["key"],
        label=data.get("label", ""),
        chosen_by=data.get("chosen_by", ""),
        activities=tuple(data["activities"]),
        months=_months(data, year_starts_in),
        units=tuple(data.get("units", ())),
        for_each=data.get("for_each", ""),
        narrative_within=offset_of(data.get("narrative", {}).get("agreed_within")),
        cases=CaseCriteria.of(data.get("cases", {})),
        note=data.get("note", ""),
        clauses=clauses_of(data),
    )


def theme_for(themes: Iterable[Theme], activity: str, month: Month, units: Sequence[str]) -> Theme | None:
    """The chosen theme of an activity in a month for work of a unit, None when there is none.

    ``units`` are the codes of the unit and those above it, nearest first: a theme of the nearest goes before
    one of those above, and that before one of all units.
    """
    chosen = [theme for theme in themes if theme.label and theme.holds(activity, month)]
    for code in units:
        for theme in chosen:
            if code in theme.units:
                return theme
    return next((theme for theme in chosen if not theme.units), None)


def _months(data: Json, year_starts_in: int) -> tuple[int, ...]:
    """The named months, those of the numbered quarters, or all, in the order of the programme year."""
    order = [(year_starts_in - 1 + place) % 12 + 1 for place in range(12)]
    if "months" in data:
        named = {month_number(name) for name in data["months"]}
        return tuple(month for month in order if month in named)
    if "quarters" in data:
        return tuple(
            month for number in sorted(data["quarters"]) for month in order[number * 3 - 3 : number * 3]
        )
    return tuple(order)
