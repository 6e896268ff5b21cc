"""How often each member of staff is to be looked at."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class CoverageRule:
    """Everybody whose post has one of the roles is looked at ``within`` such a time (BED-29, SAN-32).

    ``kind`` is that of the work that counts; with a ``question`` only work counts in which it was answered
    with one of ``answers``, such as observations of a home visit.
    """

    key: str
    label: str
    kind: str
    roles: tuple[str, ...]
    within: Offset
    question: str
    answers: tuple[str, ...]
    clauses: tuple[str, ...]


def coverage_rule_from(data: Json) -> CoverageRule:
    return CoverageRule(
        key=data["key"],
        label=data["label"],
        kind=data["kind"],
        roles=tuple(data["roles"]),
        within=Offset.parse(data["within"]),
        question=data.get("question", ""),
        answers=tuple(data.get("answers", ())),
        clauses=clauses_of(data),
    )
