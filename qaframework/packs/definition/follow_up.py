"""What follows from an audit: remedial actions, concerns, closing the loop, praise, and a survey."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class ActionRules:
    """Remedial actions: ``immediate`` and ``standard`` are the longest time to the due date."""

    immediate: Offset
    standard: Offset
    notify_within: Offset
    ladder: str
    notify_ladder: str | None
    file_heading: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class LoopRule:
    """Closing the loop after any of ``grades``.

    ``due`` counts from the day the grade is final, ``reaudit_after`` from the day the loop is closed.
    """

    grades: tuple[str, ...]
    senior_role: str
    authorised_by: str
    due: Offset
    reaudit_after: Offset
    ladder: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class PraiseRule:
    """An audit that is final with any of ``grades`` is told to the nearest ``told`` of its line (LAN-23)."""

    grades: tuple[str, ...]
    told: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class SurveyRule:
    """Once an audit is final, its auditor and practitioner may say on ``tool`` what it was like, without
    their names, for ``open_for`` from that day on. ``minutes`` is its question about how long it took."""

    tool: str
    minutes: str
    open_for: Offset
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ConcernRule:
    acknowledge_within: Offset
    ladder: str


def action_rules_from(data: Json) -> ActionRules:
    return ActionRules(
        immediate=Offset.parse(data["immediate"]),
        standard=Offset.parse(data["standard"]),
        notify_within=Offset.parse(data["notify_within"]),
        ladder=data["ladder"],
        notify_ladder=data.get("notify_ladder"),
        file_heading=data["file_heading"],
        clauses=clauses_of(data),
    )


def loop_rule_from(data: Json) -> LoopRule:
    return LoopRule(
        grades=tuple(data["grades"]),
        senior_role=data["senior_role"],
        authorised_by=data["authorised_by"],
        due=Offset.parse(data["due"]),
        reaudit_after=Offset.parse(data["reaudit_after"]),
        ladder=data["ladder"],
        clauses=clauses_of(data),
    )


def praise_rule_from(data: Json) -> PraiseRule:
    return PraiseRule(tuple(data["grades"]), data["told"], clauses_of(data))


def survey_rule_from(data: Json) -> SurveyRule:
    return SurveyRule(data["tool"], data["minutes"], Offset.parse(data["open_for"]), clauses_of(data))


def concern_rule_from(data: Json) -> ConcernRule:
    return ConcernRule(Offset.parse(data["acknowledge_within"]), data["ladder"])
