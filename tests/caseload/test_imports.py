import pytest

from qaframework.caseload.models import Case, CaseImport
from tests.caseload.extracts import child, register_csv

pytestmark = pytest.mark.django_db


def test_checking_a_file_touches_no_case(check):
    found = check(register_csv([child(), child(child_ref="1002")]))
    assert found.counts["new"] == 2
    assert Case.objects.count() == 0
    assert found.staged_cases.count() == 2


def test_applying_a_file_writes_cases_and_their_history(bring_in, authority, now):
    done = bring_in(register_csv([child(restricted="Yes")]))
    case = Case.objects.get()
    assert done.state == CaseImport.State.APPLIED
    assert (case.child_ref, case.unit, case.worker) == ("1001", authority.duty_team_1, authority.practitioner)
    assert case.restriction_reason == "Marked as restricted in the case register"
    assert case.last_import == done
    entry = case.history.get()
    assert (entry.history_type, entry.history_user, entry.history_date) == ("+", authority.admin, now)
    assert entry.history_change_reason == "Import of the register as of 09/11/2026"
    for field in Case._meta.concrete_fields:
        assert getattr(entry, field.attname) == getattr(case, field.attname)
