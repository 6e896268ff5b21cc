"""Slips in who owes how much."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.benchmarking import KIND as BENCHMARKING
from qaframework.packs.references.case_reviews import KIND
from qaframework.packs.references.lookups import Slip, entries_of, keys_of, repeated, texts_of, unknown
from qaframework.rules.quotas import Per


def quota_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Quotas for roles or activities that the framework does not have, or there twice."""
    quotas = entries_of(framework, "quotas")
    roles, activities = keys_of(framework, "roles"), keys_of(framework, "activities")
    for quota in quotas:
        place = f"quotas › {quota.get('role')}, {quota.get('activity')}"
        yield from unknown(place, [quota.get("role")], roles, "role")
        yield from unknown(place, [quota.get("activity")], activities, "activity")
        yield from _not_owed_slips(place, quota, framework)
        yield from _amount_slips(place, quota)
    yield from repeated("quotas", [_quota_name(quota) for quota in quotas])
    yield from _shared_quota_slips(framework)
    for volume in entries_of(framework, "expected_volumes"):
        yield from unknown("expected_volumes", [volume.get("activity")], activities, "activity")
        yield from _amount_slips(f"expected_volumes › {volume.get('activity')}", volume)


def _shared_quota_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Also roles that owe an activity both each for themselves and between them: one of them must go."""
    each = {(quota.get("role"), quota.get("activity")) for quota in entries_of(framework, "quotas")}
    for quota in entries_of(framework, "shared_quotas"):
        roles, activity = texts_of(quota, "roles"), quota.get("activity")
        place = f"shared_quotas › {activity}"
        yield from unknown(place, roles, keys_of(framework, "roles"), "role")
        yield from unknown(place, [activity], keys_of(framework, "activities"), "activity")
        yield from _not_owed_slips(place, quota, framework)
        yield from _amount_slips(place, quota)
        for role in roles:
            if (role, activity) in each:
                yield (
                    place,
                    f"“{role}” has a quota of its own for it.",
                    "Either a quota of its own or a share.",
                )


def _not_owed_slips(place: str, quota: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    reviews = [one.get("key") for one in entries_of(framework, "activities") if one.get("kind") == KIND]
    if quota.get("activity") in reviews:
        said = "Reviews of one case fall due by themselves, so nobody owes a number of them."
        yield place, said, "Leave it out: owed_by in the activity says who owes them."
    exercises = [
        one.get("key") for one in entries_of(framework, "activities") if one.get("kind") == BENCHMARKING
    ]
    if quota.get("activity") in exercises:
        said = "The quality assurance team sets up an exercise and names who takes part."
        yield place, said, "Leave it out: nobody owes a number of them."


def _amount_slips(place: str, quota: Mapping[str, Any]) -> Iterator[Slip]:
    ways = [name for name in ("amount", "amounts", "months") if name in quota]
    if len(ways) != 1:
        said = f"{', '.join(ways)} stand side by side." if ways else "No number is given."
        yield place, said, "One of amount, amounts or months."
    if "months" in quota and quota.get("per", "month") != "month":
        yield f"{place} › per", "Numbers by month are for months.", "month, or leave it out."
    if ("every_years" in quota) != ("first_year" in quota):
        is_first = "every_years" in quota
        yield (
            place,
            "In which year it is due first is not said." if is_first else "How often it is due is not said.",
            "first_year, for instance 2026." if is_first else "every_years, or leave first_year out.",
        )
    per, amounts = quota.get("per", "quarter"), quota.get("amounts")
    if isinstance(amounts, list) and per in list(Per) and len(amounts) != Per(per).stretches:
        yield (
            f"{place} › amounts",
            f"There are {len(amounts)} numbers.",
            f"{Per(per).stretches}, one for each {per} of the year.",
        )


def _quota_name(quota: Mapping[str, Any]) -> str:
    return ", ".join(str(quota[part]) for part in ("role", "activity", "unit") if quota.get(part))
