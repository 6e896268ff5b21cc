"""Loading a framework and changing its quotas: each change is a new version from a date on."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from qaframework.packs.checking import FRAMEWORK, mistakes_in
from qaframework.packs.definition import Pack, parse
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import Content, hash_of
from qaframework.people import history
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.quotas import EVERY_YEAR, Kind, Per, Quota, SharedQuota
from qaframework.rules.working_days import local_date

LONGEST_LABEL = 80
LOCAL_CHANGE = re.compile(r" \(local change (\d+)\)$")


@transaction.atomic
def load_pack(*, content: Content, units: Sequence[Unit], by: User | None, now: datetime) -> FrameworkVersion:
    """Make checked content the newest version of its framework, live for ``units`` and all below them.

    The framework is made when its key is new. Content that it has had before changes nothing, so that
    loading a pack again never undoes changes made here. Without units the framework keeps those it has.
    Source: LAN-37. Raises Refused when the content would take effect before the newest version does.
    """
    pack = parse(hash_of(content), content)
    framework = Framework.objects.filter(key=pack.key).first()
    if framework is None:
        new = Framework(key=pack.key, name=pack.name)
        framework = history.create(new, by=by, now=now, reason=f"Loaded {pack.version}")
    _set_units(framework, units, by=by, now=now)
    known = framework.versions.filter(content_hash=hash_of(content)).first()
    if known is not None:
        return known
    newest = framework.versions.first()
    _refuse_before(newest, pack.effective_from)
    if framework.name != pack.name:
        history.change(framework, by=by, now=now, reason=f"Loaded {pack.version}", name=pack.name)
    return _add_version(framework, newest, content, note=f"Loaded {pack.version}", by=by, now=now)


@transaction.atomic
def change_quotas(
    *,
    framework: Framework,
    quotas: Sequence[Quota],
    shared_quotas: Sequence[SharedQuota] | None = None,
    effective_from: date,
    note: str,
    by: User | None,
    now: datetime,
    based_on: FrameworkVersion | None = None,
) -> FrameworkVersion:
    """A new version with these quotas in place of the old ones, from a local date on.

    Those that several roles owe between them stay when they are not given. The same quotas as before change
    nothing. ``based_on`` is the version that the person had before them.
    Source: LAN-16. Raises Refused for a past date, no note, or a role or activity that the framework does
    not have, and SomebodyElseWasFirst when ``based_on`` is no longer the newest version. Quotas below zero
    cannot be built at all.
    """
    newest = _newest(framework)
    before = (newest.pack.quotas, newest.pack.shared_quotas)
    after = (tuple(quotas), before[1] if shared_quotas is None else tuple(shared_quotas))
    rules = {**newest.content["framework"], "quotas": _entries(newest, "quotas", before[0], after[0])}
    if before[1] or after[1]:
        rules["shared_quotas"] = _entries(newest, "shared_quotas", before[1], after[1])
    return change_rules(
        framework=framework,
        content={**newest.content, "framework": rules},
        effective_from=effective_from,
        note=note,
        by=by,
        now=now,
        based_on=based_on,
    )


@transaction.atomic
def change_rules(
    *,
    framework: Framework,
    content: Content,
    effective_from: date,
    note: str,
    by: User | None,
    now: datetime,
    based_on: FrameworkVersion | None = None,
) -> FrameworkVersion:
    """A new version with this content in place of the newest one's, from a local date on.

    Its label and first day are set here; a version that is there is never edited. The same content as
    before changes nothing. ``based_on`` is the version that the person had before them.
    Raises Refused for a past date, no note, or content with mistakes, and SomebodyElseWasFirst when
    ``based_on`` is no longer the newest version.
    """
    newest = _newest(framework)
    if based_on is not None and based_on.pk != newest.pk:
        raise SomebodyElseWasFirst(f"{framework} has a newer version, {newest.label}.")
    if content == newest.content:
        return newest
    if not note.strip():
        raise Refused("Say what changes and why, so that others can follow it later.")
    if effective_from < local_date(now):
        raise Refused(f"Rules cannot change in the past. Give {local_date(now):%-d %B %Y} or a later day.")
    _refuse_before(newest, effective_from)
    rules = {
        **content["framework"],
        "version": _next_label(newest.label),
        "effective_from": effective_from.isoformat(),
    }
    content = {**content, "framework": rules}
    _refuse_mistakes(content)
    return _add_version(framework, newest, content, note=note.strip(), by=by, now=now)


def _newest(framework: Framework) -> FrameworkVersion:
    newest = framework.versions.first()
    if newest is None:
        raise Refused(f"{framework} has no version yet. Load its pack first.")
    return newest


def _add_version(
    framework: Framework,
    newest: FrameworkVersion | None,
    content: Content,
    *,
    note: str,
    by: User | None,
    now: datetime,
) -> FrameworkVersion:
    """Claim the number after the newest; of two people only one gets it."""
    rules = content["framework"]
    version = FrameworkVersion(
        framework=framework,
        number=newest.number + 1 if newest else 1,
        label=rules["version"],
        effective_from=date.fromisoformat(rules["effective_from"]),
        content=content,
        content_hash=hash_of(content),
        note=note,
        created_at=now,
    )
    try:
        with transaction.atomic():
            return history.create(version, by=by, now=now, reason=note)
    except IntegrityError as error:
        raise SomebodyElseWasFirst(f"{framework} was changed at the same moment.") from error


def _set_units(framework: Any, units: Sequence[Unit], *, by: User | None, now: datetime) -> None:
    """Set the units when they differ; the history entry of a relation is written as it changes."""
    wanted = {unit.pk for unit in units}
    if not wanted or wanted == set(framework.units.values_list("pk", flat=True)):
        return
    framework._history_user, framework._history_date = by, now
    framework._change_reason = "Units set"
    framework.units.set(wanted)


def _refuse_before(newest: FrameworkVersion | None, effective_from: date) -> None:
    if newest is not None and effective_from < newest.effective_from:
        raise Refused(
            f"Version {newest.label} already holds from {newest.effective_from:%-d %B %Y}. "
            "Give that day or a later one."
        )


def _refuse_mistakes(content: Content) -> None:
    found = [str(one).removeprefix(f"{FRAMEWORK}, ") for one in mistakes_in(content)]
    if found:
        raise Refused(" ".join(found))


def _entries(
    version: FrameworkVersion,
    name: str,
    before: Sequence[Quota | SharedQuota],
    after: Sequence[Quota | SharedQuota],
) -> list[dict[str, Any]]:
    """The quotas as the pack writes them; those that are as before stay as they were written."""
    written = dict(zip(before, version.content["framework"].get(name, ()), strict=True))
    return [written.get(quota) or _entry(version.pack, quota) for quota in after]


def _entry(pack: Pack, quota: Quota | SharedQuota) -> dict[str, Any]:
    """Entries that were there keep the clauses they came from."""
    roles = {"role": quota.role} if isinstance(quota, Quota) else {"roles": list(quota.roles)}
    entry: dict[str, Any] = {
        **roles,
        "activity": quota.activity,
        "amounts": list(quota.amounts),
    }
    if quota.per is not Per.QUARTER:
        entry["per"] = quota.per.value
    if quota.years != EVERY_YEAR:
        entry |= {"every_years": quota.years.every, "first_year": quota.years.first}
    if isinstance(quota, SharedQuota):
        entry |= {"units": list(quota.units)} if quota.units else {}
    elif quota.unit is not None:
        entry["unit"] = quota.unit
    if isinstance(quota, Quota) and quota.kind is not Kind.MINIMUM:
        entry["kind"] = quota.kind.value
    if clauses := pack.clauses_of(quota):
        entry["clauses"] = list(clauses)
    return entry


def _next_label(label: str) -> str:
    """2026.1 becomes "2026.1 (local change 1)", and that becomes "2026.1 (local change 2)"."""
    found = LOCAL_CHANGE.search(label)
    added = f" (local change {int(found[1]) + 1 if found else 1})"
    return LOCAL_CHANGE.sub("", label)[: LONGEST_LABEL - len(added)] + added
