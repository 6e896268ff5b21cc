"""Slips in how cases are drawn."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import Slip, part_of, texts_of, unknown


def draw_slips(place: str, draw: Mapping[str, Any], roles: Collection[str]) -> Iterator[Slip]:
    share = part_of(draw, "annual_share")
    extra = texts_of(share, "extra_audits_by")
    yield from unknown(f"{place} › annual_share › extra_audits_by", extra, roles, "role")
    for part in ("minimum_share", "annual_share"):
        if draw.get("by_theme") is True and draw.get(part):
            yield (
                f"{place} › {part}",
                "Cases drawn by theme are chosen and count in no random sample.",
                "Leave it out, or by_theme: false.",
            )
