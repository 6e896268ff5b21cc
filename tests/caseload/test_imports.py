from datetime import date

import pytest
from django.db import DatabaseError, transaction

from qaframework.caseload import applying, workflow
from qaframework.caseload.models import Case, CaseImport
from qaframework.caseload.tables import staged_row
from qaframework.people.refusal import Refused
from tests.caseload.annex_a_lists import annex_list, leaving_care
from tests.caseload.extracts import REGISTER_COLUMNS, child, register_csv, workbook
from tests.factories.people import UserFactory

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


@pytest.mark.parametrize(
    ("written", "kept"),
    [("SEND; Young carer", "send,young_carer"), ("missing, EHCP, missing", "ehc_plan,missing"), ("", "")],
)
def test_flags_are_kept_in_one_order_whatever_the_order_in_the_file(bring_in, written, kept):
    bring_in(register_csv([child(flags=written)]))
    case = Case.objects.get()
    assert (case.flags, case.flag_keys) == (kept, tuple(kept.split(",")) if kept else ())


def test_an_unknown_flag_is_left_out_with_a_warning_and_the_others_are_kept(bring_in):
    done = bring_in(register_csv([child(flags="SEND, purple")]))
    assert Case.objects.get().flags == "send"
    (finding,) = done.findings.all()
    assert (finding.severity, finding.value) == ("warning", "purple")
    assert "young_carer" in finding.remedy


def test_a_file_without_the_column_leaves_the_flags_as_they_are(bring_in, check):
    bring_in(register_csv([child(flags="SEND")]))
    without = [column for column in REGISTER_COLUMNS if column != "flags"]
    bring_in(register_csv([child(age="7")], columns=without))
    assert Case.objects.get().flags == "send"
    (staged,) = check(register_csv([child(age="7", flags="Missing")])).staged_cases.all()
    assert staged_row(staged)[1] == (
        "Needs and risks: Special educational needs or disability → Has gone missing"
    )


def counted(found, *names):
    return [found.counts.get(name, 0) for name in names]


def test_what_changes_is_named_before_it_is_applied(bring_in, check):
    first = [
        child(child_ref="same"),
        child(child_ref="moved"),
        child(child_ref="ended"),
        child(child_ref="back", closed_on="01/06/2026", closure_reason="No longer in need"),
        child(child_ref="gone"),
    ]
    bring_in(register_csv(first))
    second = [
        child(child_ref="same"),
        child(child_ref="moved", team="duty-2", worker="Practitioner 2 Example", plan_type="CP"),
        child(child_ref="ended", closed_on="01/11/2026"),
        child(child_ref="back"),
        child(child_ref="first"),
    ]
    found = check(register_csv(second))
    assert counted(found, "new", "changed", "closed", "reopened", "missing", "unchanged") == [1] * 6
    assert counted(found, "changed_team", "changed_worker", "changed_plan") == [1, 1, 1]
    assert dict(found.staged_cases.values_list("child_ref", "change")) == {
        "MOVED": "changed",
        "ENDED": "closed",
        "BACK": "reopened",
        "GONE": "missing",
        "FIRST": "new",
    }
    moved = found.staged_cases.get(child_ref="MOVED")
    assert moved.differences == {
        "plan_type": ["child_in_need", "child_protection"],
        "unit_id": ["Duty team 1", "Duty team 2"],
        "worker_id": ["Practitioner Example", "Practitioner 2 Example"],
    }


@pytest.mark.parametrize(
    ("field", "team", "worker"),
    [("team_name", "Harbour", None), ("worker_name", "duty-1", "Nobody Known")],
)
def test_a_team_or_worker_who_is_not_known_is_told_as_it_is_written(bring_in, check, field, team, worker):
    bring_in(register_csv([child(team="Quay", worker="Somebody")]))
    rows = [child(team=team, worker=worker or "Somebody")]
    differences = check(register_csv(rows)).staged_cases.get().differences
    before = {"team_name": "Quay", "worker_name": "Somebody"}[field]
    assert differences[field] == [before, {"team_name": team, "worker_name": worker}[field]]


def test_a_day_that_an_annex_a_list_has_no_column_for_is_not_lost(bring_in):
    bring_in(register_csv([child(plan_type="Care leaver", last_visit_on="01/10/2026")]))
    bring_in(workbook({"List 9": annex_list("9", [leaving_care()])}), name="annex_a.xlsx")
    case = Case.objects.get()
    assert case.opened_on == date(2026, 3, 2)
    assert case.plan_started_on == date(2026, 3, 9)
    assert case.last_visit_on == date(2026, 10, 1)


def test_the_start_of_a_plan_goes_with_the_plan(bring_in):
    bring_in(register_csv([child()]))
    bring_in(workbook({"List 9": annex_list("9", [leaving_care()])}), name="annex_a.xlsx")
    case = Case.objects.get()
    assert (case.plan_type, case.opened_on, case.plan_started_on) == ("care_leaver", date(2026, 3, 2), None)


def test_a_case_closes_and_opens_again_with_a_history_entry_each(bring_in):
    bring_in(register_csv([child()]))
    bring_in(register_csv([child(closed_on="01/11/2026", closure_reason="RC5")]))
    case = Case.objects.get()
    assert (case.status, case.closed_on, case.closure_reason) == ("transferred", date(2026, 11, 1), "RC5")
    bring_in(register_csv([child()]))
    case.refresh_from_db()
    assert (case.status, case.closed_on, case.closure_reason) == ("open", None, "")
    assert list(case.history.values_list("history_type", "status")) == [
        ("~", "open"),
        ("~", "transferred"),
        ("+", "open"),
    ]


def test_a_case_missing_from_the_extract_stays_open(bring_in):
    bring_in(register_csv([child(), child(child_ref="1002")]))
    done = bring_in(register_csv([child()]))
    assert counted(done, "missing", "unchanged") == [1, 1]
    case = Case.objects.get(child_ref="1002")
    assert case.status == "open"
    assert case.history.count() == 1


def test_unchanged_cases_get_no_history(bring_in):
    bring_in(register_csv([child()]))
    bring_in(register_csv([child(), child(child_ref="1002")]))
    assert Case.objects.get(child_ref="1001").history.count() == 1


def test_the_same_file_again_changes_nothing_and_gives_the_same_import(bring_in, check):
    file = register_csv([child()])
    done = bring_in(file)
    assert check(file) == done
    assert CaseImport.objects.count() == 1


@pytest.mark.parametrize("change", ["case", "person"])
def test_the_same_file_is_compared_again_when_the_register_or_the_people_changed(
    bring_in, check, authority, now, change
):
    file = register_csv([child(worker="Newly Come")])
    done = bring_in(file)
    if change == "case":
        workflow.hold_case(case=Case.objects.get(), reason="Complaint", by=authority.qa_manager, now=now)
    else:
        UserFactory(full_name="Newly Come")
    again = check(file)
    assert again != done
    assert again.counts.get("changed_worker", 0) == (change == "person")


def test_columns_that_the_file_lacks_stay_as_they_are(bring_in):
    bring_in(register_csv([child(family_ref="F1", last_visit_on="01/10/2026")]))
    columns = ["child_ref", "plan_type", "team", "worker", "opened_on"]
    done = bring_in(register_csv([child(plan_type="CP")], columns=columns))
    case = Case.objects.get()
    assert (case.plan_type, case.family_ref, case.last_visit_on) == (
        "child_protection",
        "F1",
        date(2026, 10, 1),
    )
    assert counted(done, "changed") == [1]


def test_a_file_without_closing_dates_cannot_open_a_closed_case_later(bring_in, check):
    bring_in(register_csv([child(closed_on="01/06/2026")]))
    columns = [name for name in REGISTER_COLUMNS if name != "closed_on"]
    finding = check(register_csv([child(opened_on="01/07/2026")], columns=columns)).findings.get()
    assert (finding.row, finding.column, finding.value) == (2, "opened_on", "01/07/2026")
    assert finding.problem == "The register has this case as closed on 01/06/2026, before it opened."


def test_an_import_raises_a_restriction_and_never_lifts_one(bring_in, authority, now):
    bring_in(register_csv([child()]))
    workflow.restrict_case(case=Case.objects.get(), reason="Relative", by=authority.qa_manager, now=now)
    bring_in(register_csv([child(restricted="No", plan_type="CP")]))
    case = Case.objects.get()
    assert (case.is_restricted, case.restriction_reason) == (True, "Relative")
    assert case.plan_type == "child_protection"


def test_refused_rows_stop_everything_unless_they_are_left_out(check, authority, now):
    found = check(register_csv([child(), child(child_ref="1002", opened_on="soon")]))
    with pytest.raises(Refused, match="1 row was refused. Correct the file and check it again, or apply"):
        workflow.apply_import(case_import=found, skip_bad_rows=False, by=authority.admin, now=now)
    assert Case.objects.count() == 0
    workflow.apply_import(case_import=found, skip_bad_rows=True, by=authority.admin, now=now)
    assert list(Case.objects.values_list("child_ref", flat=True)) == ["1001"]


def test_a_refused_child_is_left_alone_and_not_called_missing(bring_in):
    bring_in(register_csv([child(), child(child_ref="1002")]))
    done = bring_in(register_csv([child(opened_on="soon"), child(child_ref="1002")]), skip=True)
    assert counted(done, "missing", "changed", "unchanged", "refused") == [0, 0, 1, 1]
    assert Case.objects.get(child_ref="1001").opened_on == date(2026, 3, 2)


def test_an_import_is_applied_once(check, authority, now):
    found = check(register_csv([child()]))
    same = CaseImport.objects.get()
    workflow.apply_import(case_import=found, skip_bad_rows=False, by=authority.admin, now=now)
    with pytest.raises(Refused):
        workflow.apply_import(case_import=same, skip_bad_rows=False, by=authority.admin, now=now)
    assert Case.objects.get().history.count() == 1


def test_an_import_checked_before_another_was_applied_must_be_checked_again(check, authority, now):
    early = check(register_csv([child()]))
    late = check(register_csv([child(plan_type="CP")]))
    workflow.apply_import(case_import=late, skip_bad_rows=False, by=authority.admin, now=now)
    with pytest.raises(Refused, match="The register has changed since this file was checked"):
        workflow.apply_import(case_import=early, skip_bad_rows=False, by=authority.admin, now=now)
    early.refresh_from_db()
    assert early.state == CaseImport.State.CHECKED


def test_a_failure_in_the_middle_leaves_nothing_behind(check, authority, now, monkeypatch):
    found = check(register_csv([child()]))
    monkeypatch.setattr(applying, "_history_statement", lambda: "INSERT INTO nowhere VALUES (%s, %s, %s, %s)")
    with pytest.raises(DatabaseError), transaction.atomic():
        workflow.apply_import(case_import=found, skip_bad_rows=False, by=authority.admin, now=now)
    assert Case.objects.count() == 0
    assert CaseImport.objects.get().state == CaseImport.State.CHECKED


def test_an_import_says_who_checked_and_who_decided(bring_in, authority, now):
    done = bring_in(register_csv([child()]))
    assert [entry.history_change_reason for entry in done.history.all()] == ["Applied", "File checked"]
    assert done.history.last().counts["new"] == 1
    assert (done.decided_by, done.decided_at) == (authority.admin, now)


def test_an_import_takes_a_fixed_number_of_statements(check, authority, now, django_assert_num_queries):
    few = check(register_csv([child(child_ref=f"A{n}") for n in range(3)]))
    with django_assert_num_queries(11):
        workflow.apply_import(case_import=few, skip_bad_rows=False, by=authority.admin, now=now)
    many = check(register_csv([child(child_ref=f"B{n}") for n in range(60)]))
    with django_assert_num_queries(11):
        workflow.apply_import(case_import=many, skip_bad_rows=False, by=authority.admin, now=now)


def test_a_text_with_tabs_and_backslashes_arrives_as_it_was(bring_in):
    bring_in(register_csv([child(worker="Back\\slash\tand tab", family_ref="\\N")]))
    case = Case.objects.get()
    assert (case.worker_name, case.family_ref) == ("Back\\slash and tab", "\\N")
