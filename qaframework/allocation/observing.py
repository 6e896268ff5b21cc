"""How often somebody's practice is observed: what the framework asks for, and an interval of their own.

Nothing is saved here.
"""

from collections.abc import Iterable
from datetime import date

from qaframework.allocation.models import ObservationInterval
from qaframework.allocation.reading import packs_on
from qaframework.packs.definition import CoverageRule, Pack, Sooner
from qaframework.packs.models import Framework
from qaframework.people.models import Post, User
from qaframework.rules.deadlines import Offset, due_date
from qaframework.rules.working_days import WorkingCalendar


def asked_by(rule: CoverageRule, worker: User, on: date) -> list[CoverageRule | Sooner]:
    """What a rule of the framework asks of somebody whose role it is about: more of the newly qualified."""
    if rule.newly_qualified and worker.is_newly_qualified(on):
        return [rule, rule.newly_qualified]
    return [rule]


def rules_for(pack: Pack, role: str) -> list[CoverageRule]:
    """The framework's rules on how often people of the role are observed, whatever is seen."""
    return [rule for rule in pack.coverage if rule.is_of_practice and role in rule.roles]


def rules_of(post: Post, on: date) -> list[CoverageRule]:
    """Those rules of the frameworks in force for the post's unit. Two queries."""
    packs = packs_on(on)
    frameworks = Framework.objects.filter(pk__in=packs).prefetch_related("units").order_by("pk")
    return [
        rule
        for framework in frameworks
        if any(post.unit.path.startswith(unit.path) for unit in framework.units.all())
        for rule in rules_for(packs[framework.pk], post.role)
    ]


def limits_of(rules: Iterable[CoverageRule], worker: User, on: date) -> list[CoverageRule | Sooner]:
    """What an interval of the worker's own may not be longer than (BED-30)."""
    limits = [limit for rule in rules for limit in (*asked_by(rule, worker, on), rule.needing_support)]
    return [limit for limit in limits if limit is not None]


def own_intervals() -> dict[int, ObservationInterval]:
    """All intervals in force, by person: few people have one. One query."""
    return {one.worker_id: one for one in ObservationInterval.objects.in_force()}


def interval_of(worker: User) -> ObservationInterval | None:
    """The interval in force of one person."""
    return ObservationInterval.objects.in_force().filter(worker=worker).first()


def more_often(
    pack: Pack, worker: User, role: str, own: ObservationInterval | None, on: date
) -> list[Offset]:
    """The times of somebody who is observed more often than others of the role; none of most people."""
    newly_qualified = [
        rule.newly_qualified.within
        for rule in rules_for(pack, role)
        if rule.newly_qualified and worker.is_newly_qualified(on)
    ]
    return [*newly_qualified, own.offset] if own else newly_qualified


def first_due(since: date, offsets: Iterable[Offset], calendar: WorkingCalendar) -> date | None:
    """The local day by which the next one is due by whichever time is the shortest; None without any."""
    return min((due_date(since, offset, calendar) for offset in offsets), default=None)


def longer_than(one: Offset, other: Offset, on: date, calendar: WorkingCalendar) -> bool:
    """Whether one length of time is longer than another, counted from a local day."""
    return due_date(on, one, calendar) > due_date(on, other, calendar)
