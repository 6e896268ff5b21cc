"""When one case is looked at for a reason of its own: between two of its reviews, or after an audit."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class MidwayRule:
    """Open ``cases`` are looked at halfway from their last review to the next, ``reviews_every`` such a time.

    Posts of the roles in ``owed_by`` share them evenly (SAN-15).
    """

    cases: CaseCriteria
    reviews_every: Offset
    owed_by: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class FollowUpRule:
    """The case of each audit that is one of the activities ``of`` is looked at again, ``after`` it was final.

    Posts of the roles in ``owed_by`` share them evenly; never one in the line of the auditor or moderator
    (SAN-15).
    """

    of: tuple[str, ...]
    after: Offset
    owed_by: tuple[str, ...]
    clauses: tuple[str, ...]


def midway_rule_from(data: Json) -> MidwayRule:
    return MidwayRule(
        cases=CaseCriteria.of(data.get("cases", {})),
        reviews_every=Offset.parse(data["reviews_every"]),
        owed_by=tuple(data["owed_by"]),
        clauses=clauses_of(data),
    )


def follow_up_rule_from(data: Json) -> FollowUpRule:
    return FollowUpRule(
        of=tuple(data["of"]),
        after=Offset.parse(data["after"]),
        owed_by=tuple(data["owed_by"]),
        clauses=clauses_of(data),
    )
