"""What a planning changes, line by line, and how that is kept on the record."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

from qaframework.rules.quotas import Per
from qaframework.rules.replanning import Cause, Why


class Change(StrEnum):
    """What happens to pieces of work. ``STAYS`` is what nobody asks for any more, but has begun or was moved
    by hand."""

    ADDED = "added"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    STAYS = "stays"


@dataclass(frozen=True)
class Piece:
    """One piece of work that a planning changes; posts by their keys."""

    change: Change
    activity: str
    month: str
    from_post: int | None
    to_post: int | None
    why: Why


@dataclass(frozen=True)
class Line:
    """Pieces of work to which the same happens for the same cause; ``months`` has one entry for each."""

    change: Change
    activity: str
    months: tuple[str, ...]
    from_post: int | None
    to_post: int | None
    why: Why

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        why = Why(Cause(data["cause"]), _amount(data["before"]), _amount(data["after"]))
        posts = data["from_post"], data["to_post"]
        return cls(Change(data["change"]), data["activity"], tuple(data["months"]), *posts, why)

    def as_data(self) -> dict[str, Any]:
        """The line as the record keeps it, in JSON's own types."""
        return {
            "change": self.change.value,
            "activity": self.activity,
            "months": list(self.months),
            "from_post": self.from_post,
            "to_post": self.to_post,
            "cause": self.why.cause.value,
            "before": list(self.why.before) if self.why.before else None,
            "after": list(self.why.after) if self.why.after else None,
        }

    @property
    def posts(self) -> set[int]:
        return {post for post in (self.from_post, self.to_post) if post is not None}


def in_lines(pieces: Iterable[Piece]) -> list[Line]:
    """The pieces of work in lines, post by post: first what moves, then what is added, withdrawn, stays."""
    together: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for one in pieces:
        together[one.change, one.activity, one.from_post, one.to_post, one.why].append(one.month)
    lines = [
        Line(change, activity, tuple(sorted(months)), from_post, to_post, why)
        for (change, activity, from_post, to_post, why), months in together.items()
    ]
    order = [Change.MOVED, Change.ADDED, Change.WITHDRAWN, Change.STAYS]
    return sorted(
        lines,
        key=lambda line: (order.index(line.change), sorted(line.posts), line.activity, line.months),
    )


def fingerprint(lines: Iterable[Line], updated: int) -> str:
    """Tells what one person has read from what is proposed meanwhile."""
    return sha256(json.dumps([[line.as_data() for line in lines], updated]).encode()).hexdigest()


def _amount(data: tuple[int, str] | None) -> tuple[int, Per] | None:
    return (data[0], Per(data[1])) if data else None
