import json

import pytest
from django.core.management import CommandError, call_command

from qaframework.caseload.models import Case, CaseImport
from tests.caseload.extracts import child, register_csv, register_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, authority):
    def written(rows):
        path = tmp_path / "register.csv"
        path.write_bytes(register_csv(rows).getvalue())
        return str(path)

    return written


def run(path, *flags):
    call_command("import_cases", path, "--extract-date=2026-11-09", "--at=2026-11-10T10:00", *flags)


def test_a_file_is_applied_and_the_second_time_changes_nothing(file, capsys):
    path = file([child(), child(child_ref="1002")])
    run(path, "--json")
    document = json.loads(capsys.readouterr().out)
    assert (document["command"], document["changed"], document["warnings"]) == ("import_cases", 2, [])
    assert document["counts"]["new"] == 2
    run(path, "--json")
    assert json.loads(capsys.readouterr().out)["changed"] == 0
    assert Case.objects.count() == 2


def test_refused_rows_are_listed_and_nothing_is_written(file, capsys):
    with pytest.raises(CommandError, match="1 row was refused"):
        run(file([child(), child(child_ref="", initials="ZZ")]))
    assert "register.csv, row 3, child_ref: The child's reference is missing." in capsys.readouterr().err
    assert (Case.objects.count(), CaseImport.objects.count()) == (0, 0)


def test_a_row_of_a_workbook_is_told_with_the_file_and_the_sheet(authority, tmp_path, capsys):
    path = tmp_path / "register.xlsx"
    path.write_bytes(register_xlsx([child(child_ref="", initials="ZZ")]).getvalue())
    with pytest.raises(CommandError, match="1 row was refused"):
        run(str(path))
    assert "register.xlsx, Register, row 2, child_ref: " in capsys.readouterr().err


def test_bad_rows_can_be_skipped(file, capsys):
    run(file([child(), child(child_ref="")]), "--skip-bad-rows")
    assert "register.csv changed 1 case: 1 new" in capsys.readouterr().out
    assert Case.objects.count() == 1


def test_a_dry_run_tells_and_writes_nothing(file, capsys):
    run(file([child()]), "--dry-run")
    assert "register.csv would change 1 case: 1 new" in capsys.readouterr().out
    assert (Case.objects.count(), CaseImport.objects.count()) == (0, 0)


def test_a_dry_run_is_refused_like_the_run_itself(file, capsys):
    path = file([child(), child(child_ref="")])
    with pytest.raises(CommandError, match="1 row was refused"):
        run(path, "--dry-run")
    run(path, "--dry-run", "--skip-bad-rows")
    assert "register.csv would change 1 case: 1 new" in capsys.readouterr().out


def test_warnings_go_to_standard_error(file, capsys):
    run(file([child(team="Harbour team")]))
    assert "Warning: register.csv, row 2, team 'Harbour team': No team of this" in capsys.readouterr().err


def test_a_missing_file_is_named(authority):
    with pytest.raises(CommandError, match="nowhere.csv cannot be opened: No such file or directory."):
        run("nowhere.csv")


def test_a_wrong_date_is_wrong_usage(file):
    with pytest.raises(CommandError, match="'9 November' is not a date. Write it as 2026-11-30."):
        call_command("import_cases", file([child()]), "--extract-date=9 November")
