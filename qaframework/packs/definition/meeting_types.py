"""The kinds of meetings that are observed, such as conferences and reviews."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class MeetingType:
    """Sources: BED-37, RBWM-19, SAN-12."""

    key: str
    label: str
    clauses: tuple[str, ...]


def meeting_type_from(data: Json) -> MeetingType:
    return MeetingType(data["key"], data["label"], clauses_of(data))
