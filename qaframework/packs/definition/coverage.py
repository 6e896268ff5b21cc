"""How often each member of staff is to be looked at."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class Sooner:
    """A shorter time that holds for some people."""

    within: Offset
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class CoverageRule:
    """Everybody whose post has one of the roles is looked at ``times`` times ``within`` such a time (BED-06,
    BED-29, SAN-32).

    ``kind`` is that of the work that counts, of which only that of ``activity`` does unless it is empty;
    with a ``question`` only work counts in which it was answered with one of ``answers``, such as
    observations of a home visit. ``newly_qualified`` holds for those in their assessed and supported year in
    employment (BED-28); ``needing_support`` is the longest time of their own that managers may set for
    somebody (BED-30).
    """

    key: str
    label: str
    kind: str
    activity: str
    times: int
    roles: tuple[str, ...]
    within: Offset
    question: str
    answers: tuple[str, ...]
    newly_qualified: Sooner | None
    needing_support: Sooner | None
    clauses: tuple[str, ...]

    @property
    def counts_all(self) -> bool:
        """Whether all work of the kind counts."""
        return not self.question and not self.activity

    @property
    def is_of_practice(self) -> bool:
        """Whether it is about being observed at all, which somebody may be more often than others."""
        return self.kind == "observation" and self.counts_all and self.times == 1


def coverage_rule_from(data: Json) -> CoverageRule:
    return CoverageRule(
        key=data["key"],
        label=data["label"],
        kind=data["kind"],
        activity=data.get("activity", ""),
        times=data.get("times", 1),
        roles=tuple(data["roles"]),
        within=Offset.parse(data["within"]),
        question=data.get("question", ""),
        answers=tuple(data.get("answers", ())),
        newly_qualified=_sooner(data.get("newly_qualified")),
        needing_support=_sooner(data.get("needing_support")),
        clauses=clauses_of(data),
    )


def _sooner(data: Json | None) -> Sooner | None:
    return Sooner(Offset.parse(data["within"]), clauses_of(data)) if data else None
