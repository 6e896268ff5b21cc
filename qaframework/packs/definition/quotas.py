"""Who owes how much: quotas of posts, quotas shared between roles, and volumes of the whole authority."""

from calendar import month_name
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.periods import Month
from qaframework.rules.quotas import EVERY_YEAR, Kind, Per, Quota, SharedQuota, YearsDue, stretch_number

# Roles, activity, and the codes of units, none for all units.
QuotaIdentity = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class ExpectedVolume:
    """How many the authority as a whole expects in each month or quarter of the programme year, in order."""

    activity: str
    per: Per
    amounts: tuple[int, ...]
    clauses: tuple[str, ...]

    def amount_in(self, month: Month, year_starts_in: int) -> int:
        """What is expected in the month, or in the quarter that it lies in."""
        return self.amounts[stretch_number(self.per, month, year_starts_in)]


def quota_from(data: Json, year_starts_in: int) -> Quota:
    """Raises ValueError for amounts below zero, or not one for each stretch of the year."""
    per, amounts = _amounts(data, year_starts_in)
    return Quota(
        role=data["role"],
        activity=data["activity"],
        amounts=amounts,
        per=per,
        unit=data.get("unit"),
        kind=Kind(data.get("kind", Kind.MINIMUM)),
        years=_years(data),
    )


def shared_quota_from(data: Json, year_starts_in: int) -> SharedQuota:
    per, amounts = _amounts(data, year_starts_in)
    units = tuple(data.get("units", ()))
    return SharedQuota(tuple(data["roles"]), data["activity"], amounts, per, units, _years(data))


def _years(data: Json) -> YearsDue:
    return YearsDue(data["every_years"], data["first_year"]) if "every_years" in data else EVERY_YEAR


def _amounts(data: Json, year_starts_in: int) -> tuple[Per, tuple[int, ...]]:
    """A quota's numbers in the order of the programme year, however the pack writes them."""
    if "months" in data:
        names = [month_name[(year_starts_in - 1 + i) % 12 + 1].lower() for i in range(12)]
        return Per.MONTH, tuple(data["months"].get(name, 0) for name in names)
    per = Per(data.get("per", Per.QUARTER))
    return per, tuple(data["amounts"]) if "amounts" in data else (data["amount"],) * per.stretches


def quota_identity(data: Json) -> QuotaIdentity:
    """What tells one quota from another, of a quota as the pack writes it."""
    if "roles" in data:
        return tuple(data["roles"]), data["activity"], tuple(data.get("units", ()))
    return (data["role"],), data["activity"], (data["unit"],) if data.get("unit") else ()


def volume_from(data: Json, year_starts_in: int) -> ExpectedVolume:
    return ExpectedVolume(data["activity"], *_amounts(data, year_starts_in), clauses_of(data))
