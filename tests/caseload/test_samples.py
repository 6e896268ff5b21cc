"""The sample files of the documentation do what the documentation says."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from qaframework.caseload.models import Case
from qaframework.caseload.workflow import apply_import, check_import
from qaframework.people.workflow import import_people

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _northmoor():
    with (SAMPLES / "people.csv").open("rb") as file:
        import_people(file=file, file_name="people.csv", by=None, now=NOW)


def check(name, day):
    with (SAMPLES / name).open("rb") as file:
        return check_import(file=file, file_name=name, extract_date=day, by=None, now=NOW)


def test_the_register_and_then_the_annex_a_workbook_come_in(request):
    register = check("register.csv", date(2026, 10, 31))
    assert (register.counts["new"], register.counts["refused"], register.counts["warnings"]) == (400, 0, 0)
    apply_import(case_import=register, skip_bad_rows=False, by=None, now=NOW)
    assert not Case.objects.filter(unit=None).exists()
    assert not Case.objects.filter(worker=None).exists()
    annex = check("annex_a.xlsx", date(2026, 11, 16))
    assert annex.counts["refused"] == 0
    assert annex.counts["rows"] > 550
    for change in ("new", "changed", "closed", "missing", "changed_team", "changed_worker", "changed_plan"):
        assert annex.counts[change] > 0
    apply_import(case_import=annex, skip_bad_rows=False, by=None, now=NOW)


def test_the_file_with_mistakes_shows_each_of_them():
    found = check("register_with_mistakes.csv", date(2026, 10, 31))
    assert (found.counts["refused"], found.counts["warnings"]) == (5, 4)
