"""Reports that are built by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from qaframework.packs.definition.groups import LeadershipGroup
from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class ReportRule:
    """A report that is built on ``day_of_month`` after its period has ended.

    ``groups`` are the leadership groups that get it, ``recipients`` all roles that do, those who sit on the
    groups included.
    """

    kind: str
    recipients: tuple[str, ...]
    groups: tuple[str, ...]
    day_of_month: int
    clauses: tuple[str, ...]


def report_rule_from(data: Json, groups: Mapping[str, LeadershipGroup]) -> ReportRule:
    roles = [role for key in data["recipients"] for role in (groups[key].roles if key in groups else (key,))]
    return ReportRule(
        kind=data["kind"],
        recipients=tuple(dict.fromkeys(roles)),
        groups=tuple(key for key in data["recipients"] if key in groups),
        day_of_month=data["day_of_month"],
        clauses=clauses_of(data),
    )
