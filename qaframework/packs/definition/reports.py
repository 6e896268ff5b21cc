"""Reports that are built by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from qaframework.packs.definition.groups import LeadershipGroup
from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class ReportRule:
    """A report that is built on ``day_of_month`` after its period has ended.

    It is about all units of the framework, or one is built of each unit of the kind ``for_each`` or with one
    of the codes ``units`` (LAN-01). ``groups`` are the leadership groups that get it, ``recipients`` all
    roles that do, those who sit on the groups included; a report of one unit goes to those who lead it.
    """

    kind: str
    for_each: str
    units: tuple[str, ...]
    recipients: tuple[str, ...]
    groups: tuple[str, ...]
    day_of_month: int
    clauses: tuple[str, ...]

    @property
    def is_of_parts(self) -> bool:
        """Whether it is about single units, not about all that the framework holds for."""
        return bool(self.for_each or self.units)


def report_rule_from(data: Json, groups: Mapping[str, LeadershipGroup]) -> ReportRule:
    roles = [role for key in data["recipients"] for role in (groups[key].roles if key in groups else (key,))]
    return ReportRule(
        kind=data["kind"],
        for_each=data.get("for_each", ""),
        units=tuple(data.get("units", ())),
        recipients=tuple(dict.fromkeys(roles)),
        groups=tuple(key for key in data["recipients"] if key in groups),
        day_of_month=data["day_of_month"],
        clauses=clauses_of(data),
    )
