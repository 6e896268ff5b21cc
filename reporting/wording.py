"""Figures in words: shares that never stand bare, and whether a change is one."""

from qaframework.rules.statistics import FEWEST_WITHOUT_NOTE, Share, clear_change
from reporting.document import Stat


def percent(found: Share) -> str:
    """The share, or the two numbers where a percentage would say too much."""
    if not found.whole:
        return "–"
    return f"{found.percent}%" if found.percent is not None else f"{found.part} of {found.whole}"


def interval(found: Share) -> str:
    """Such as "45% to 74%"; a dash where there is no percentage."""
    if found.percent is None or found.interval is None:
        return "–"
    low, high = found.interval.percent
    return f"{low}% to {high}%"


def change(before: Share, after: Share, since: str) -> str:
    """A sentence that compares two periods and calls noise noise."""
    if before.percent is None or after.percent is None:
        return f"There are too few to compare with {since}."
    if not clear_change(before, after):
        return f"That is no clear change from {since}: {before.in_words}."
    direction = "more" if after.percent > before.percent else "less"
    return f"That is clearly {direction} than in {since}: {before.in_words}."


def stat(label: str, found: Share, of: str, *, note: str = "", url: str = "") -> Stat:
    low, high = ("", "")
    if found.percent is not None and found.interval is not None:
        low, high = (f"{bound}%" for bound in found.interval.percent)
    words = " ".join(part for part in (note, found.note) if part)
    is_faint = 0 < found.whole < FEWEST_WITHOUT_NOTE
    return Stat(label, percent(found), found.whole, of, low, high, words, url, is_faint)


def count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or f'{one}s'}"
