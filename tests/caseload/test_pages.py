import io
import re
from datetime import date, datetime

import pytest
from django.urls import reverse

from qaframework.caseload import register_layout
from qaframework.caseload.models import Case, CaseImport
from qaframework.people.models import RecordRead
from tests.caseload.extracts import child, register_csv
from tests.factories.caseload import (
    CaseClearanceFactory,
    CaseFactory,
    CaseImportFactory,
    ImportFindingFactory,
)
from tests.factories.people import PostFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(authority):
    return CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner, child_ref="C100")


def get(client, person, name, *args, **query):
    client.force_login(person)
    return client.get(reverse(f"caseload:{name}", args=args), query)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("practitioner", 200),
        ("team_manager", 200),
        ("head_of_service", 200),
        ("qa_officer", 200),
        ("practitioner_2", 404),
        ("outsider", 404),
        ("admin", 403),
    ],
)
def test_a_case_opens_for_its_worker_managers_and_quality_assurance(client, authority, case, person, status):
    assert get(client, getattr(authority, person), "case", case.pk).status_code == status


def test_opening_a_case_is_logged_without_a_name(client, authority, case):
    get(client, authority.team_manager, "case", case.pk)
    read = RecordRead.objects.get()
    assert (read.reader, read.kind, read.record_id, read.label) == (
        authority.team_manager,
        "case",
        case.pk,
        "C100",
    )


def test_a_restricted_case_is_absent_even_for_its_own_worker_and_the_quality_team(client, authority):
    hidden = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner, restricted=True)
    for person in (authority.practitioner, authority.team_manager, authority.qa_manager):
        assert get(client, person, "case", hidden.pk).status_code == 404
        assert hidden.child_ref not in get(client, person, "register").content.decode()


def test_a_clearance_opens_a_restricted_case_through_its_last_day(client, authority, time_machine):
    hidden = CaseFactory(unit=authority.duty_team_1, restricted=True)
    CaseClearanceFactory(case=hidden, user=authority.team_manager, review_on=date(2026, 11, 10))
    time_machine.move_to(datetime(2026, 11, 10, 23, 30))
    assert get(client, authority.team_manager, "case", hidden.pk).status_code == 200
    client.logout()
    time_machine.move_to(datetime(2026, 11, 11, 0, 30))
    assert get(client, authority.team_manager, "case", hidden.pk).status_code == 404


def test_the_register_shows_open_cases_of_ones_own_units(client, authority, case):
    other = CaseFactory(unit=authority.care_team_1)
    closed = CaseFactory(unit=authority.duty_team_1, closed=True)
    shown = get(client, authority.senior_manager, "register").content.decode()
    assert case.child_ref in shown
    assert other.child_ref not in shown
    assert closed.child_ref not in shown


def test_a_case_without_a_team_is_seen_by_the_quality_team_only(client, authority):
    lost = CaseFactory(child_ref="LOST1")
    assert "LOST1" in get(client, authority.qa_officer, "register").content.decode()
    assert get(client, authority.senior_manager, "case", lost.pk).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"reference": "c10"}, {"C100"}),
        ({"team": "duty-2"}, {"C200"}),
        ({"worker": "practitioner 2"}, {"C200"}),
        ({"plan_type": "child_protection"}, {"C200"}),
        ({"status": "closed"}, {"C300"}),
        ({"status": "held"}, {"C400"}),
        ({"status": ""}, {"C100", "C200", "C300", "C400"}),
    ],
)
def test_the_register_can_be_narrowed(client, authority, case, query, expected):
    CaseFactory(
        child_ref="C200",
        unit=authority.duty_team_2,
        worker=authority.practitioner_2,
        plan_type="child_protection",
    )
    CaseFactory(child_ref="C300", unit=authority.duty_team_1, closed=True)
    CaseFactory(child_ref="C400", unit=authority.duty_team_1, on_hold_reason="Complaint")
    shown = get(client, authority.qa_manager, "register", **query).content.decode()
    assert {ref for ref in ("C100", "C200", "C300", "C400") if f">{ref}<" in shown} == expected


def test_every_case_is_on_exactly_one_page_and_pages_lead_back(client, authority):
    references = [f"P{n:03d}" for n in range(60)]
    for reference in references:
        CaseFactory(child_ref=reference, unit=authority.duty_team_1)
    seen, address = [], ""
    client.force_login(authority.team_manager)
    for _ in range(3):
        page = client.get(reverse("caseload:register") + address).context
        seen += [row[0]["text"] for row in page["rows"]]
        address = page["page"].next_url
    assert seen == references
    assert not address
    back = client.get(reverse("caseload:register") + page["page"].previous_url).context
    assert [row[0]["text"] for row in back["rows"]] == references[25:50]


@pytest.mark.parametrize("cases", [1, 25])
def test_the_register_takes_five_queries_however_many_cases(
    client, authority, cases, django_assert_num_queries
):
    CaseFactory.create_batch(cases, unit=authority.duty_team_1, worker=authority.practitioner)
    client.force_login(authority.team_manager)
    client.get(reverse("caseload:register"))  # the first page of a session stamps it
    with django_assert_num_queries(5):
        client.get(reverse("caseload:register"))


def test_a_case_page_takes_seven_queries(client, authority, case, django_assert_num_queries):
    client.force_login(authority.team_manager)
    client.get(reverse("caseload:register"))
    with django_assert_num_queries(7):
        client.get(reverse("caseload:case", args=[case.pk]))


# What the quality assurance team does with a case


def test_quality_assurance_holds_and_releases_a_case(client, authority, case):
    client.force_login(authority.qa_manager)
    answer = client.post(reverse("caseload:hold", args=[case.pk]), {"reason": "Complaint"}, follow=True)
    assert "C100 will not be drawn until it is released." in answer.content.decode()
    assert "Complaint" in answer.content.decode()
    client.post(reverse("caseload:release", args=[case.pk]))
    case.refresh_from_db()
    assert case.on_hold_reason == ""


def test_quality_assurance_closes_a_case_but_not_before_it_opened(client, authority, case):
    client.force_login(authority.qa_manager)
    address = reverse("caseload:close", args=[case.pk])
    refused = client.post(address, {"reason": "Moved", "closed_on": "2026-01-01"})
    assert "The case cannot close on 01/01/2026. Give a day from 02/03/2026 to today." in (
        refused.content.decode()
    )
    client.post(address, {"reason": "Moved", "closed_on": "2026-04-01"})
    case.refresh_from_db()
    assert (case.status, case.closed_on) == ("closed", date(2026, 4, 1))


@pytest.mark.parametrize("name", ["hold", "restrict", "close"])
def test_managers_cannot_hold_restrict_or_close(client, authority, case, name):
    assert get(client, authority.team_manager, name, case.pk).status_code == 403


def test_restricting_leads_to_the_clearances_and_hides_the_case(client, authority, case):
    client.force_login(authority.qa_manager)
    answer = client.post(
        reverse("caseload:restrict", args=[case.pk]), {"reason": "Relative of a colleague"}, follow=True
    )
    assert "Who may see C100" in answer.content.decode()
    assert client.get(reverse("caseload:case", args=[case.pk])).status_code == 404
    client.post(
        reverse("caseload:restricted_case", args=[case.pk]),
        {"user": authority.qa_officer.email, "reason": "Audits it"},
    )
    client.force_login(authority.qa_officer)
    assert client.get(reverse("caseload:case", args=[case.pk])).status_code == 200


def test_a_clearance_is_revoked_with_a_reason(client, authority):
    clearance = CaseClearanceFactory(user=authority.team_manager, case__unit=authority.duty_team_1)
    client.force_login(authority.qa_manager)
    address = reverse("caseload:revoke", args=[clearance.case.pk, clearance.pk])
    assert "Give a reason." in client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "No longer needed"})
    assert clearance.case.clearances.count() == 0
    assert clearance.history.first().history_change_reason == "No longer needed"


def test_lifting_a_restriction_ends_its_clearances(client, authority):
    clearance = CaseClearanceFactory(user=authority.team_manager, case__unit=authority.duty_team_1)
    client.force_login(authority.qa_manager)
    client.post(reverse("caseload:lift", args=[clearance.case.pk]), {"reason": "Over"})
    case = Case.objects.get(pk=clearance.case.pk)
    assert (case.is_restricted, case.restriction_reason, case.clearances.count()) == (False, "", 0)


def test_the_list_of_restricted_cases_counts_clearances_in_force(client, authority):
    clearance = CaseClearanceFactory(case__unit=authority.duty_team_1)
    CaseClearanceFactory(case=clearance.case, review_on=date(2020, 1, 1))
    rows = get(client, authority.qa_manager, "restricted").context["rows"]
    assert [(row[0]["text"], row[1]) for row in rows] == [(clearance.case.child_ref, 1)]


# Imports


def upload(client, person, file, day="2026-11-09"):
    client.force_login(person)
    file.name = "register.csv"
    return client.post(reverse("caseload:import_new"), {"file": file, "extract_date": day}, follow=True)


@pytest.fixture(autouse=True)
def _at_the_moment(time_machine, now):
    time_machine.move_to(now, tick=False)


def test_an_administrator_checks_and_applies_a_file(client, authority):
    page = upload(client, authority.admin, register_csv([child(), child(child_ref="1002")]))
    assert "Apply 2 changes" in page.content.decode()
    checked = CaseImport.objects.get()
    done = client.post(reverse("caseload:import_apply", args=[checked.pk]), follow=True)
    assert "2 cases have been brought up to date." in done.content.decode()
    assert Case.objects.count() == 2
    listed = get(client, authority.admin, "imports").content.decode()
    assert "register.csv" in listed


def test_refused_rows_are_shown_and_can_be_left_out(client, authority):
    page = upload(client, authority.admin, register_csv([child(), child(child_ref="")]))
    text = page.content.decode()
    assert "The child&#x27;s reference is missing." in text
    assert "Apply without the 1 refused row" in text
    checked = CaseImport.objects.get()
    client.post(reverse("caseload:import_apply", args=[checked.pk]))
    assert Case.objects.count() == 0
    client.post(reverse("caseload:import_apply", args=[checked.pk]), {"skip": "1"})
    assert Case.objects.count() == 1


def test_a_file_can_be_discarded(client, authority):
    upload(client, authority.admin, register_csv([child()]))
    checked = CaseImport.objects.get()
    client.post(reverse("caseload:import_apply", args=[checked.pk]), {"discard": "1"})
    checked.refresh_from_db()
    assert (checked.state, checked.staged_cases.count(), Case.objects.count()) == ("discarded", 0, 0)


def test_a_file_that_cannot_be_read_is_explained_on_the_form(client, authority):
    page = upload(client, authority.admin, register_csv([child()], columns=["child_ref", "team"]))
    assert "there is no column plan_type, worker, opened_on" in page.content.decode()


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_refused_by_its_name(client, authority, content):
    page = upload(client, authority.admin, io.BytesIO(content)).content.decode()
    assert "register.csv is empty." in page or "register.csv has no rows." in page


def test_the_page_names_the_columns_of_the_register(client, authority):
    page = get(client, authority.admin, "import_new").content.decode()
    names = {register_layout.SHOWN_AS.get(name, name) for name in register_layout.FIELDS}
    assert names <= set(re.findall(r"<code>(\w+)</code>", page))


def test_changes_are_listed_without_restricted_cases(client, authority):
    upload(client, authority.admin, register_csv([child(), child(child_ref="SECRET", restricted="Yes")]))
    checked = CaseImport.objects.get()
    page = get(client, authority.admin, "import_changes", checked.pk, "new").content.decode()
    assert "1001" in page
    assert "SECRET" not in page
    assert "1 restricted case is not listed." in page


def test_cases_that_change_team_worker_or_plan_are_listed_by_what_changes(client, authority, bring_in):
    bring_in(register_csv([child(child_ref=ref) for ref in ("1001", "1002", "1003", "1004")]))
    moved = [
        child(child_ref="1001", team="duty-2"),
        child(child_ref="1002", worker="Practitioner 2 Example"),
        child(child_ref="1003", plan_type="CP"),
        child(child_ref="1004", age="15"),
    ]
    upload(client, authority.admin, register_csv(moved))
    checked = CaseImport.objects.latest("pk")
    report = get(client, authority.admin, "import", checked.pk).content.decode()
    for kind, label, ref in (
        ("team", "With another team", "1001"),
        ("worker", "With another worker", "1002"),
        ("plan", "On another plan", "1003"),
    ):
        assert reverse("caseload:import_changes", args=[checked.pk, kind]) in report
        page = get(client, authority.admin, "import_changes", checked.pk, kind).content.decode()
        assert label in page
        assert re.findall(r"\b100[1-4]\b", page) == [ref]


def test_findings_download_without_live_formulas(client, authority):
    finding = ImportFindingFactory(value="=HYPERLINK(1)", column="@team")
    answer = get(client, authority.admin, "import_findings", finding.case_import.pk)
    text = answer.getvalue().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "'@team" in text
    assert RecordRead.objects.get().kind == "report"


@pytest.mark.parametrize(
    ("person", "status"), [("admin", 200), ("qa_officer", 200), ("team_manager", 403), ("practitioner", 403)]
)
def test_imports_are_for_administrators_and_the_quality_team(client, authority, person, status):
    shown = CaseImportFactory()
    someone = getattr(authority, person)
    assert get(client, someone, "imports").status_code == status
    assert get(client, someone, "import_new").status_code == status
    assert get(client, someone, "import", shown.pk).status_code == status
    assert get(client, someone, "import_changes", shown.pk, "new").status_code == status


def test_an_administrator_of_one_part_imports_no_register(client, authority):
    """A file may change the case of any child; the menu does not offer it, and the page says why not."""
    post = PostFactory(role="config_admin", unit=authority.duty)
    person = PostHoldingFactory(post=post).user
    refused = get(client, person, "imports")
    assert refused.status_code == 403
    text = refused.content.decode()
    assert "your post is for a part of it" in text
    assert "Case imports" not in text
    assert client.post(reverse("caseload:import_apply", args=[CaseImportFactory().pk])).status_code == 403
    assert "Case imports" in get(client, authority.admin, "imports").content.decode()
