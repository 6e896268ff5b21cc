"""How cases are drawn at random."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of, offset_of
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import Offset


@dataclass(frozen=True)
class MinimumShare:
    """At least ``percent`` of what the year draws are cases of this kind (SAN-09)."""

    label: str
    cases: CaseCriteria
    percent: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class AnnualShare:
    """About ``percent`` of all cases are drawn in a year (BED-02).

    What the posts that owe the audits leave missing falls to posts of the roles in ``extra_audits_by``.
    """

    percent: float
    extra_audits_by: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class NewWorkers:
    """Cases of a practitioner who has held a post for less than ``within`` count ``weight`` times."""

    within: Offset
    weight: float
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class DrawRule:
    """Which cases may be drawn, and how the draw spreads over them.

    ``by_theme``: only cases that fit the month's theme, chosen for that reason and so no part of any random
    sample (SAN-10). ``reserve_share`` is the part of the sample, 0 to 1, drawn on top as reserves. ``strata``
    is the field of a case that the draw spreads over, None for a plain draw.
    """

    pool: str
    by_theme: bool
    exclude_audited_within: Offset
    exclude_worker_audited_within: Offset | None
    open_at_least: Offset
    reserve_share: float
    one_per_family: bool
    one_per_worker: bool
    strata: str | None
    minimum_per_stratum: int
    minimum_share: MinimumShare | None
    annual_share: AnnualShare | None
    new_workers: NewWorkers | None
    clauses: tuple[str, ...]


def draw_rule_from(data: Json) -> DrawRule:
    return DrawRule(
        pool=data["pool"],
        by_theme=data.get("by_theme", False),
        exclude_audited_within=Offset.parse(data["exclude_audited_within"]),
        exclude_worker_audited_within=offset_of(data.get("exclude_worker_audited_within")),
        open_at_least=Offset.parse(data["open_at_least"]),
        reserve_share=float(data["reserve_share"]),
        one_per_family=data["one_per_family"],
        one_per_worker=data.get("one_per_worker", False),
        strata=data.get("strata"),
        minimum_per_stratum=data.get("minimum_per_stratum", 0),
        minimum_share=_minimum_share(data["minimum_share"]) if data.get("minimum_share") else None,
        annual_share=_annual_share(data["annual_share"]) if data.get("annual_share") else None,
        new_workers=_new_workers(data["new_workers"]) if data.get("new_workers") else None,
        clauses=clauses_of(data),
    )


def _minimum_share(data: Json) -> MinimumShare:
    return MinimumShare(data["label"], CaseCriteria.of(data["cases"]), data["percent"], clauses_of(data))


def _annual_share(data: Json) -> AnnualShare:
    return AnnualShare(float(data["percent"]), tuple(data.get("extra_audits_by", ())), clauses_of(data))


def _new_workers(data: Json) -> NewWorkers:
    return NewWorkers(Offset.parse(data["within"]), float(data["weight"]), clauses_of(data))
