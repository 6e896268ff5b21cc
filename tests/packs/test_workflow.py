"""A framework is loaded in versions; its quotas change from a day on, and nothing is ever rewritten."""

from copy import deepcopy
from dataclasses import replace
from datetime import date

import pytest

from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.workflow import posts_in
from qaframework.packs.checking import check
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import files_of
from qaframework.packs.workflow import change_quotas, change_rules, load_pack
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from tests.factories.packs import LOADED_AT, bracknell, lancashire, shipped

pytestmark = pytest.mark.django_db

DECEMBER = date(2026, 12, 1)


def newer(label="2026.2", day="2026-10-01"):
    content = deepcopy(shipped("lancashire"))
    content["framework"] |= {"version": label, "effective_from": day}
    return content


def with_two_learning_spaces(version):
    first, *others = version.pack.quotas
    return [replace(first, amounts=(1, 2, 1, 1)), *others]


def change_to_two(version, note, *, by, now):
    """The quotas changed from December on, as in the browser."""
    return change_quotas(
        framework=version.framework,
        quotas=with_two_learning_spaces(version),
        effective_from=DECEMBER,
        note=note,
        by=by,
        now=now,
    )


def test_loading_makes_the_framework_its_first_version_and_its_history(northmoor, now):
    version = load_pack(content=shipped("lancashire"), units=[northmoor.root], by=northmoor.admin, now=now)
    assert (version.number, version.label, version.effective_from) == (1, "2026.1", date(2026, 4, 1))
    assert version.pack.key == "lancashire"
    assert list(version.framework.units.all()) == [northmoor.root]
    written = version.history.get()
    assert (written.history_user, written.history_date) == (northmoor.admin, now)
    latest = version.framework.history.first()
    assert [row.unit for row in latest.units.all()] == [northmoor.root]
    assert (latest.history_user, latest.history_date) == (northmoor.admin, now)


def test_loading_the_same_again_changes_nothing(version, northmoor, now):
    entries = Framework.history.count(), FrameworkVersion.history.count()
    assert load_pack(content=shipped("lancashire"), units=[northmoor.root], by=None, now=now) == version
    assert load_pack(content=shipped("lancashire"), units=[], by=None, now=now) == version
    assert (Framework.history.count(), FrameworkVersion.history.count()) == entries
    assert list(version.framework.units.all()) == [northmoor.root]


def test_loading_the_shipped_pack_again_does_not_undo_a_local_change(version, northmoor, now):
    changed = change_to_two(version, "Inspection", by=northmoor.admin, now=now)
    load_pack(content=shipped("lancashire"), units=[], by=None, now=now)
    assert version.framework.versions.first() == changed


def test_a_newer_pack_is_a_new_version_and_the_old_one_stays_in_force_until_its_day(version, now):
    framework = version.framework
    second = load_pack(content=newer(), units=[], by=None, now=now)
    assert second.number == 2
    assert framework.version_on(date(2026, 9, 30)) == version
    assert framework.version_on(date(2026, 10, 1)) == second
    with pytest.raises(FrameworkVersion.DoesNotExist):
        framework.version_on(date(2026, 3, 31))


def test_of_two_versions_from_one_day_the_later_one_holds(version, now):
    second = load_pack(content=newer(day="2026-04-01"), units=[], by=None, now=now)
    assert version.framework.version_on(date(2026, 4, 1)) == second


def test_a_pack_that_would_never_be_in_force_is_refused(version, now):
    load_pack(content=newer(), units=[], by=None, now=now)
    with pytest.raises(Refused, match="already holds from 1 October 2026"):
        load_pack(content=newer("2026.3", "2026-09-01"), units=[], by=None, now=now)


def test_two_frameworks_are_live_side_by_side_each_for_its_units(northmoor):
    ours, theirs = lancashire([northmoor.duty]), bracknell([northmoor.care])
    for version, unit in ((ours, northmoor.duty), (theirs, northmoor.care)):
        paths = [post.unit.path for post in posts_in(version.framework)]
        assert paths
        assert all(path.startswith(unit.path) for path in paths)
    assert ours.pack.activities.keys().isdisjoint(theirs.pack.activities)
    assert theirs.pack.tool_names == {"live_audit": "Live audit"}


@pytest.mark.writes_behind_the_verbs
def test_a_framework_that_is_not_live_holds_for_nobody(version, northmoor):
    Framework.objects.filter(pk=version.framework_id).update(is_live=False)
    assert not visible_frameworks(northmoor.qa_officer, DECEMBER).exists()


def test_changed_quotas_are_a_new_version_from_a_day_on(version, northmoor, now):
    changed = change_to_two(version, "Two in the summer", by=northmoor.admin, now=now)
    assert (changed.number, changed.label, changed.note) == (
        2,
        "2026.1 (local change 1)",
        "Two in the summer",
    )
    assert changed.pack.quotas[0].amounts == (1, 2, 1, 1)
    assert version.pack.quotas[0].amounts == (1, 1, 1, 1)
    assert changed.pack.quota_clauses == version.pack.quota_clauses
    assert changed.content["tools"] == version.content["tools"]
    assert version.framework.version_on(date(2026, 11, 30)) == version
    assert version.framework.version_on(DECEMBER) == changed
    assert changed.history.get().history_user == northmoor.admin


def test_a_second_change_counts_on(version, northmoor, now):
    change = {"framework": version.framework, "effective_from": DECEMBER, "by": northmoor.admin, "now": now}
    change_quotas(quotas=with_two_learning_spaces(version), note="More", **change)
    back = change_quotas(quotas=version.pack.quotas, note="As before", **change)
    assert (back.number, back.label) == (3, "2026.1 (local change 2)")
    assert back.content["framework"]["quotas"] == version.content["framework"]["quotas"]


def test_a_long_version_is_still_exported_as_one_that_loads(northmoor, now):
    version = load_pack(content=newer("The version of " + 65 * "9"), units=[northmoor.root], by=None, now=now)
    changed = change_to_two(version, "More", by=northmoor.admin, now=now)
    assert len(changed.label) == 80
    assert changed.label.endswith("9 (local change 1)")
    assert check(files_of(changed.content)) == []


def test_what_is_shared_can_be_taken_back_as_a_whole(northmoor, now):
    version = load_pack(content=shipped("windsor"), units=[northmoor.root], by=None, now=now)
    changed = change_quotas(
        framework=version.framework,
        quotas=version.pack.quotas,
        shared_quotas=[],
        effective_from=DECEMBER,
        note="None",
        by=northmoor.admin,
        now=now,
    )
    assert changed.pack.shared_quotas == ()


def test_rules_that_would_not_load_are_refused_with_every_mistake(version, northmoor, now):
    content = deepcopy(version.content)
    content["framework"]["activities"][0]["ladder"] = "nowhere"
    content["framework"]["year_starts_in"] = 14
    with pytest.raises(Refused, match="“nowhere” is not a ladder") as refused:
        change_rules(
            framework=version.framework,
            content=content,
            effective_from=DECEMBER,
            note="Wrong",
            by=northmoor.admin,
            now=now,
        )
    assert "14 is above 12" in str(refused.value)
    assert version.framework.versions.count() == 1


def test_the_same_quotas_make_no_version(version, northmoor, now):
    same = change_quotas(
        framework=version.framework,
        quotas=version.pack.quotas,
        effective_from=DECEMBER,
        note="",
        by=northmoor.admin,
        now=now,
    )
    assert same == version


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": "  "}, "Say what changes and why"),
        ({"effective_from": date(2026, 11, 9)}, "Give 10 November 2026 or a later day"),
    ],
)
def test_a_change_without_reason_or_in_the_past_is_refused(version, northmoor, now, changes, said):
    values = {"note": "More", "effective_from": DECEMBER, **changes}
    with pytest.raises(Refused, match=said):
        change_quotas(
            framework=version.framework,
            quotas=with_two_learning_spaces(version),
            by=northmoor.admin,
            now=now,
            **values,
        )
    assert version.framework.versions.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": "wizard"}, "“wizard” is not a role"),
        ({"activity": "party"}, "“party” is not an activity"),
        ({"activity": "dip_sample"}, "team_manager, dip_sample” is there 2 times"),
    ],
)
def test_quotas_that_lead_nowhere_are_refused(version, northmoor, now, changes, said):
    first, *others = version.pack.quotas
    with pytest.raises(Refused, match=said):
        change_quotas(
            framework=version.framework,
            quotas=[replace(first, **changes), *others],
            effective_from=DECEMBER,
            note="More",
            by=northmoor.admin,
            now=now,
        )


def test_of_two_people_who_change_the_quotas_the_second_is_told(version, northmoor, now):
    change = {
        "framework": version.framework,
        "effective_from": DECEMBER,
        "note": "More",
        "by": northmoor.admin,
        "now": now,
        "based_on": version,
    }
    change_quotas(quotas=with_two_learning_spaces(version), **change)
    with pytest.raises(SomebodyElseWasFirst, match="local change 1"):
        change_quotas(quotas=version.pack.quotas[1:], **change)


def test_a_number_is_given_to_one_version_only(version, northmoor, now, monkeypatch):
    """As if both had read the newest version before either wrote."""
    stale = version.framework.versions.all()
    change_to_two(version, "More", by=northmoor.admin, now=now)
    monkeypatch.setattr(type(stale), "first", lambda queryset: version)
    with pytest.raises(SomebodyElseWasFirst, match="at the same moment"):
        change_quotas(
            framework=version.framework,
            quotas=version.pack.quotas[1:],
            effective_from=DECEMBER,
            note="Fewer",
            by=northmoor.admin,
            now=now,
        )
    assert FrameworkVersion.objects.count() == 2
    assert now > LOADED_AT
