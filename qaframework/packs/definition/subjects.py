"""Whose practice, or whose supervision records, work looks at."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class SubjectRule:
    """Owners whose post has a role in ``by`` look at people whose posts have a role in ``whose``.

    ``group`` says where those posts are: ``own_group`` report to the owner's post, ``own_line`` do so
    directly or through others, ``outside_line`` do not, and of ``anywhere`` nothing is asked (BED-22,
    SAN-31, SAN-33).
    """

    by: tuple[str, ...]
    whose: tuple[str, ...]
    group: str
    clauses: tuple[str, ...]


def subject_rule_from(data: Json) -> SubjectRule:
    return SubjectRule(tuple(data["by"]), tuple(data["whose"]), data["from"], clauses_of(data))
