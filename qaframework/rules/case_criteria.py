"""Which cases something is about: a theme, or the part of a sample that has a minimum."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class CaseCriteria:
    """Keys of plan types, age bands and flags of the register; a case fits with one of each kind named.

    Without any, every case fits.
    """

    plan_types: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """From the form in which packs and records keep it; kinds that are left out name nothing."""
        return cls(**{kind: tuple(keys) for kind, keys in data.items()})

    def as_data(self) -> dict[str, list[str]]:
        """The kinds that name something."""
        return {kind: list(keys) for kind, keys in asdict(self).items() if keys}

    def fits(self, *, plan_type: str, age_band: str, flags: Collection[str]) -> bool:
        return (
            (not self.plan_types or plan_type in self.plan_types)
            and (not self.age_bands or age_band in self.age_bands)
            and (not self.flags or not set(self.flags).isdisjoint(flags))
        )
