"""Reports that are built by themselves."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class ReportRule:
    """A report that is built on ``day_of_month`` after its period has ended, for the roles named."""

    kind: str
    recipients: tuple[str, ...]
    day_of_month: int
    clauses: tuple[str, ...]


def report_rule_from(data: Json) -> ReportRule:
    return ReportRule(data["kind"], tuple(data["recipients"]), data["day_of_month"], clauses_of(data))
