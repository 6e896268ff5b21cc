"""Groups of leaders that meet about what quality assurance finds, and the steps of the month between them."""

from calendar import day_name
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of, month_number
from qaframework.rules.cadence import Cadence, Every


@dataclass(frozen=True)
class LeadershipGroup:
    """``chair`` and ``members`` are roles. ``meets`` is None where the framework does not say how often.

    ``for_each`` is the kind of unit of which every one has a group of its own, empty where there is one.
    """

    key: str
    label: str
    chair: str
    members: tuple[str, ...]
    for_each: str
    meets: Cadence | None
    note: str
    clauses: tuple[str, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Everybody who sits on it, the chair first."""
        return tuple(dict.fromkeys(role for role in (self.chair, *self.members) if role))


@dataclass(frozen=True)
class CycleStep:
    """What is done in the weeks from ``first_week`` to ``last_week`` of the cycle of each month (LAN-04)."""

    label: str
    first_week: int
    last_week: int
    by: str
    clauses: tuple[str, ...]


def group_from(data: Json) -> LeadershipGroup:
    return LeadershipGroup(
        key=data["key"],
        label=data["label"],
        chair=data.get("chair", ""),
        members=tuple(data.get("members", ())),
        for_each=data.get("for_each", ""),
        meets=_cadence(data["meets"]) if data.get("meets") else None,
        note=data.get("note", ""),
        clauses=clauses_of(data),
    )


def cycle_step_from(data: Json) -> CycleStep:
    return CycleStep(
        label=data["label"],
        first_week=data["week"],
        last_week=data.get("until_week", data["week"]),
        by=data["by"],
        clauses=clauses_of(data),
    )


def _cadence(data: Json) -> Cadence:
    days = [name.lower() for name in day_name]
    return Cadence(
        every=Every(data["every"]),
        week=data.get("week"),
        weekday=days.index(data["weekday"]) if "weekday" in data else None,
        in_month=month_number(data["month"]) if "month" in data else None,
    )
