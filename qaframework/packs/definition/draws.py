"""How cases are drawn at random."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class DrawRule:
    """Which cases may be drawn, and how the draw spreads over them.

    ``reserve_share`` is the part of the sample, 0 to 1, drawn on top as reserves. ``strata`` is the field
    of a case that the draw spreads over, None for a plain draw.
    """

    pool: str
    exclude_audited_within: Offset
    open_at_least: Offset
    reserve_share: float
    one_per_family: bool
    strata: str | None
    minimum_per_stratum: int


def draw_rule_from(data: Json) -> DrawRule:
    return DrawRule(
        pool=data["pool"],
        exclude_audited_within=Offset.parse(data["exclude_audited_within"]),
        open_at_least=Offset.parse(data["open_at_least"]),
        reserve_share=float(data["reserve_share"]),
        one_per_family=data["one_per_family"],
        strata=data.get("strata"),
        minimum_per_stratum=data.get("minimum_per_stratum", 0),
    )
