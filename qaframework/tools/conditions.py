"""When a question is asked, and when it must be answered: conditions on earlier answers of the same form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """What the answer to an earlier question has to be.

    One of these is set: ``options``, of which one was picked; ``at_least`` and ``at_most``, the bounds of a
    number, or one of them; ``answered``, whether there is any answer.
    """

    question: str
    options: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    answered: bool | None = None

    def holds(self, value: Any) -> bool:
        """Whether ``value``, the answer to the question, is so. No answer meets only "not answered"."""
        if self.answered is not None:
            return self.answered is not is_blank(value)
        if is_blank(value):
            return False
        if self.options:
            return bool(set(self.options) & set([value] if isinstance(value, str) else value))
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


def conditions_from(written: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Conditions as the pack writes them; all of them have to hold."""
    return tuple(
        Condition(
            question=one["question"],
            options=tuple(one.get("is", ())),
            at_least=one.get("at_least"),
            at_most=one.get("at_most"),
            answered=one.get("answered"),
        )
        for one in written
    )


def is_blank(value: Any) -> bool:
    """Whether nothing was answered: nothing at all, an emptied text or list, or three empty boxes."""
    if isinstance(value, Mapping):
        return not any(value.values())
    return value is None or value in ("", [])
