"""Of which parts of the organisation there are reports, and who reads those (LAN-01).

A report of one part is for those whose post covers that part. Whoever reads figures without seeing the work
behind them gets the report of their own unit only: parts could be subtracted from each other until one
child's audit is left.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from qaframework.packs.definition import Pack, ReportRule
from qaframework.packs.models import Framework
from qaframework.people.models import Post, Unit
from qaframework.people.roles import ROLES, Capability


def units_of(rule: ReportRule, framework: Framework) -> QuerySet[Unit]:
    """The units in use of which a rule asks for a report, in the order of the tree."""
    held = Q(pk__in=[])
    for path in framework.units.values_list("path", flat=True):
        held |= Q(path__startswith=path)
    return Unit.objects.filter(held, asked_for(rule), is_active=True).order_by("path")


def asked_for(rule: ReportRule, unit: str = "") -> Q:
    """The rows whose unit is one of those of which the rule asks for a report.

    ``unit`` is the look-up of the unit, such as ``"unit__"``; empty for units themselves.
    """
    if rule.for_each:
        return Q(**{f"{unit}kind": rule.for_each})
    return Q(**{f"{unit}code__in": rule.units})


def rules_for(pack: Pack, kind: str, unit: Unit | None) -> list[ReportRule]:
    """The rules that ask for the report of a kind of a unit, or of all units."""
    return [rule for rule in pack.reports if rule.kind == kind and _is_about(rule, unit)]


def covers(post: Post, unit: Unit) -> bool:
    """Whether whoever holds the post may read a report of that unit alone."""
    role = ROLES[post.role]
    if Capability.SEE_TEAM_WORK in role.capabilities:
        return role.serves_everyone or unit.path.startswith(post.unit.path)
    return Capability.SEE_FIGURES in role.capabilities and post.unit_id == unit.pk


def covered_by(posts: Iterable[Post]) -> Q:
    """The reports of single units that the holder of the posts may read, as ``covers`` says."""
    scope = Q(pk__in=[])
    for post in posts:
        role = ROLES[post.role]
        if Capability.SEE_TEAM_WORK in role.capabilities:
            reach = "/" if role.serves_everyone else post.unit.path
            scope |= Q(unit__path__startswith=reach)
        elif Capability.SEE_FIGURES in role.capabilities:
            scope |= Q(unit=post.unit_id)
    return scope


def _is_about(rule: ReportRule, unit: Unit | None) -> bool:
    if unit is None:
        return not rule.is_of_parts
    return unit.kind == rule.for_each or unit.code in rule.units
