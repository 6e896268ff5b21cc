"""Alerts and disputes about one child's case: who raises them, who answers at each stage, and by when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class ChallengeStage:
    """``answered_by`` is a role, sought from the case's unit up; ``within`` counts from its beginning."""

    label: str
    answered_by: str
    within: Offset
    ladder: str


@dataclass(frozen=True)
class ChallengeKind:
    """``urgent_stage`` counts from 1 and is 1 where every challenge of the kind begins with the first stage;
    ``becomes`` is the kind that a serious one turns into, empty for none.

    ``settle_within`` counts from an answer. Sources: RBWM-17, RBWM-20, SAN-27.
    """

    key: str
    label: str
    raised_by: tuple[str, ...]
    stages: tuple[ChallengeStage, ...]
    urgent_stage: int
    becomes: str
    settle_within: Offset
    settle_ladder: str
    in_supervision: bool
    note: str
    clauses: tuple[str, ...]

    def stage(self, number: int) -> ChallengeStage:
        """Counted from 1. Raises IndexError beyond the last."""
        return self.stages[number - 1]


@dataclass(frozen=True)
class ChallengeRules:
    """Kinds, and the labels of themes, by their keys; both empty where a framework has none."""

    kinds: Mapping[str, ChallengeKind]
    themes: Mapping[str, str]

    def raised_by(self, roles: Collection[str]) -> list[ChallengeKind]:
        """The kinds that somebody with one of the roles raises."""
        return [kind for kind in self.kinds.values() if set(roles) & set(kind.raised_by)]


def challenge_rules_from(data: Json) -> ChallengeRules:
    return ChallengeRules(
        kinds={kind["key"]: _kind_from(kind) for kind in data.get("kinds", ())},
        themes={theme["key"]: theme["label"] for theme in data.get("themes", ())},
    )


def _kind_from(data: Json) -> ChallengeKind:
    return ChallengeKind(
        key=data["key"],
        label=data["label"],
        raised_by=tuple(data["raised_by"]),
        stages=tuple(_stage_from(stage) for stage in data["stages"]),
        urgent_stage=data.get("urgent_stage", 1),
        becomes=data.get("becomes", ""),
        settle_within=Offset.parse(data["settle"]["within"]),
        settle_ladder=data["settle"]["ladder"],
        in_supervision=data.get("in_supervision", False),
        note=data.get("note", ""),
        clauses=clauses_of(data),
    )


def _stage_from(data: Json) -> ChallengeStage:
    return ChallengeStage(data["label"], data["answered_by"], Offset.parse(data["within"]), data["ladder"])
