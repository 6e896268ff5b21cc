"""check_pack, load_pack and export_pack, as an operator runs them."""

import json
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from qaframework.packs.models import Framework
from qaframework.packs.reading import SHIPPED, content_of, files_of, pack_files
from qaframework.packs.workflow import change_quotas
from qaframework.tools.models import ToolVersion
from tests.factories.packs import shipped
from tests.factories.people import UnitFactory

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_load_pack_tells_of_another_framework_for_the_same_units(northmoor):
    assert run("load_pack", "lancashire", "--unit=duty")["warnings"] == []
    assert run("load_pack", "bracknell", "--unit=care")["warnings"] == []
    [warning] = run("load_pack", "bracknell", "--unit=duty-1")["warnings"]
    assert warning.startswith("Lancashire quality assurance framework holds for a part of the same")


def test_check_pack_finds_nothing_wrong_with_a_shipped_pack():
    assert run("check_pack", "bracknell")["mistakes"] == []


def test_check_pack_says_every_mistake_and_fails(tmp_path):
    for name, data in files_of(shipped("bracknell")).items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(
            data.replace(b"late_audit", b"later").replace(b"year_starts_in: 4", b"year_starts_in: x")
        )
    (tmp_path / "tools" / "live_audit.yaml").write_text("key: live_audit\n")
    out = StringIO()
    with pytest.raises(CommandError, match="to put right"):
        call_command("check_pack", str(tmp_path), stdout=out)
    assert "framework.yaml, year_starts_in: “x” is not right here." in out.getvalue()
    assert "tools/live_audit.yaml: " in out.getvalue()


def test_a_folder_that_is_no_pack_is_refused_in_one_line(tmp_path):
    for name in ("compose.yaml", "notes.yml"):
        (tmp_path / name).write_text("key: value\n")
    out = StringIO()
    with pytest.raises(CommandError, match="to put right"):
        call_command("check_pack", str(tmp_path), stdout=out)
    assert f"{tmp_path}: The folder has no framework.yaml." in out.getvalue()
    assert "compose.yaml" not in out.getvalue()


# What is written wrong, and what check_pack says about it: file and place, problem, what would be right.
TEN_MISTAKES = [
    ("name: Bracknell", "titel: Bracknell", "framework.yaml: “name” is missing."),
    (
        "name: Bracknell",
        "titel: Bracknell",
        "framework.yaml: “titel” is not known here. Known here: key, name,",
    ),
    (
        "2026-04-01",
        "2026-04-31",
        "framework.yaml, effective_from: “2026-04-31” is not a day of the calendar.",
    ),
    ("year_starts_in: 4", "year_starts_in: 13", "framework.yaml, year_starts_in: 13 is above 12. The month"),
    (
        "{key: team_manager, label",
        "{key: group_manager, label",
        "framework.yaml, roles: “group_manager” is not a role of the product. Known here: practitioner,",
    ),
    (
        "    ladder: late_audit\n    extension",
        "    ladder: late\n    extension",
        "framework.yaml, activities › live_audit › ladder: “late” is not a ladder. Known here: late_audit,",
    ),
    (
        "senior_manager, activity: live_audit, amounts: [1, 1, 1, 1]",
        "senior_manager, activity: live_audit, amounts: [1, 1, 1]",
        "framework.yaml, quotas › senior_manager, live_audit › amounts: There are 3 numbers. 4, one for each",
    ),
    (
        "standard: 1 month",
        "standard: a month",
        "framework.yaml, actions › standard: “a month” is not right here. A length of time",
    ),
    (
        "    mode: any\n",
        "    mode: any\n    mode: in_person\n",
        "“mode” stands here a second time. Each name once.",
    ),
]


def test_check_pack_says_ten_different_mistakes_at_once(tmp_path):
    text = (SHIPPED / "bracknell" / "framework.yaml").read_text()
    for right, wrong, _ in TEN_MISTAKES:
        text = text.replace(right, wrong)
    (tmp_path / "tools").mkdir()
    (tmp_path / "framework.yaml").write_text(text)
    tool = (SHIPPED / "bracknell" / "tools" / "live_audit.yaml").read_text()
    (tmp_path / "tools" / "live_audit.yaml").write_text(tool.replace("type: long_text", "type: essay", 1))
    (tmp_path / "old.yaml").write_text("key: old\n")
    out = StringIO()
    with pytest.raises(CommandError, match="put right"):
        call_command("check_pack", str(tmp_path), stdout=out)
    for _, _, said in TEN_MISTAKES:
        assert said in out.getvalue()
    assert "live_audit.yaml, sections › preparation › questions › " in out.getvalue()
    assert "“essay” is not one of the choices. Choose one of: yes_no," in out.getvalue()
    assert "old.yaml: The file has no place in a pack. framework.yaml, and tools/NAME.yaml" in out.getvalue()
    # The role that is gone is missed by the quota and the ladders that name it, and by nothing else.
    others = [line for line in out.getvalue().splitlines() if "“team_manager” is not a" not in line]
    assert len(others) == len(TEN_MISTAKES) + 2


def test_load_pack_loads_and_then_changes_nothing(northmoor):
    first = run("load_pack", "lancashire", "--unit", "duty")
    assert first["changed"] == 1 + len(shipped("lancashire")["tools"]) + len(["duty"])
    assert run("load_pack", "lancashire")["changed"] == 0
    assert [unit.code for unit in Framework.objects.get().units.all()] == ["duty"]


def test_a_new_framework_without_units_holds_for_the_whole_authority(northmoor):
    run("load_pack", "bracknell")
    assert list(Framework.objects.get().units.all()) == [northmoor.root]


def test_a_framework_that_came_before_the_organisation_holds_for_it_when_loaded_again():
    [warning] = run("load_pack", "bracknell")["warnings"]
    assert warning.startswith("There are no units yet, so it holds for nobody.")
    root = UnitFactory()
    again = run("load_pack", "bracknell")
    assert (again["changed"], again["units"], again["warnings"]) == (1, [root.code], [])


def test_other_units_count_as_a_change(northmoor):
    run("load_pack", "bracknell", "--unit=duty")
    moved = run("load_pack", "bracknell", "--unit=care")
    assert (moved["changed"], moved["units"]) == (2, ["care"])


def test_a_dry_run_loads_nothing(northmoor):
    assert run("load_pack", "bracknell", "--dry-run")["changed"] == 3
    assert not Framework.objects.exists()
    assert not ToolVersion.objects.exists()


def test_an_unknown_unit_or_pack_is_refused(northmoor):
    with pytest.raises(CommandError, match="no unit with the code atlantis"):
        run("load_pack", "bracknell", "--unit", "atlantis")
    with pytest.raises(CommandError, match="There is no such pack"):
        run("load_pack", "atlantis")
    assert not Framework.objects.exists()


def test_export_pack_writes_what_was_loaded(northmoor, tmp_path):
    run("load_pack", "bracknell")
    output = tmp_path / "pack.zip"
    run("export_pack", "bracknell", "--output", str(output), "--at", "2026-11-10")
    assert content_of(pack_files(str(output))) == shipped("bracknell")


def test_export_pack_tells_of_a_newer_version_that_begins_later(northmoor, tmp_path, now):
    run("load_pack", "bracknell")
    framework = Framework.objects.get()
    first, *others = framework.versions.get().pack.quotas
    change_quotas(
        framework=framework,
        quotas=[replace(first, amounts=(2, 2, 2, 2)), *others],
        effective_from=date(2027, 1, 1),
        note="Two",
        by=northmoor.admin,
        now=now,
    )
    export = ("export_pack", "bracknell", "--output", str(tmp_path / "pack.zip"), "--at", "2026-11-10")
    assert run(*export)["warnings"] == [
        "2026.1 (local change 1) is newer and holds from 1 January 2027. "
        "For a pack with its changes, add --version-number 2."
    ]
    assert run(*export, "--version-number", "2")["warnings"] == []


def test_export_pack_says_what_there_is(northmoor, tmp_path):
    run("load_pack", "bracknell")
    with pytest.raises(CommandError, match="Loaded: bracknell"):
        run("export_pack", "atlantis", "--output", str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="no version 7"):
        run("export_pack", "bracknell", "--version-number", "7", "--output", str(tmp_path / "x.zip"))
