"""Files that are wrong, and what people are told: where, what, and what would be right."""

import io
import zipfile
from datetime import date

import pytest

from qaframework.caseload.models import Case
from qaframework.people.refusal import Refused
from qaframework.people.tabular import MEGABYTE
from tests.caseload.extracts import REGISTER_COLUMNS, child, register_csv, register_xlsx, workbook
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def told(found):
    """Each finding as one line: row, column, value, problem, remedy."""
    return [
        f"{f.row} {f.column} '{f.value}': {f.problem} {f.remedy}"
        for f in found.findings.order_by("severity", "row", "pk")
    ]


# Files that cannot be used at all


def refusal(check, file, name="register.csv", **more):
    with pytest.raises(Refused) as refused:
        check(file, name, **more)
    assert Case.objects.count() == 0
    return str(refused.value)


def test_an_empty_file(check):
    assert refusal(check, io.BytesIO()) == (
        "register.csv is empty. Export it again, with a header row and at least one row."
    )


def test_a_pdf_named_csv(check):
    assert refusal(check, io.BytesIO(b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n")) == (
        "register.csv is a PDF, not a table. Export the table as CSV or .xlsx."
    )


def test_a_picture_named_xlsx(check):
    assert refusal(check, io.BytesIO(b"\x89PNG\r\n\x1a\n\x00\x00"), "register.xlsx") == (
        "register.xlsx is not a text file. Save it as 'CSV UTF-8' or as .xlsx."
    )


def test_a_document_named_xlsx(check):
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert refusal(check, document, "register.xlsx") == (
        "register.xlsx is not a workbook. Save it as .xlsx or as CSV."
    )


def test_a_header_without_rows(check):
    assert refusal(check, register_csv([])) == (
        "register.csv has a header and no rows under it. Export it again."
    )


def test_a_file_above_the_limit_is_refused_before_it_is_read(check, tmp_path, settings):
    settings.CASE_IMPORT_MAX_MB = 150
    with (tmp_path / "huge.csv").open("wb+") as sparse:
        sparse.truncate(200 * MEGABYTE)
        assert refusal(check, sparse, "huge.csv") == (
            "huge.csv is 200 MB. The largest file that can be read is 150 MB. "
            "Leave out columns and sheets that are not needed."
        )


def test_a_zip_bomb_named_xlsx(check):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(450):
                part.write(b"0" * MEGABYTE)
    assert bomb.tell() < MEGABYTE
    assert "unpacks to more than 400 MB" in refusal(check, bomb, "bomb.xlsx")


def test_columns_that_decide_what_a_case_is_must_be_there(check):
    message = refusal(check, register_csv([child()], columns=["child_ref", "team", "worker"]))
    assert message == (
        "register.csv, row 1: there is no column plan_type, opened_on. The first row must name the columns; "
        "it says child_ref, team, worker. Use the register's columns or an Annex A list."
    )


def test_an_extract_of_tomorrow(check):
    assert refusal(check, register_csv([child()]), extract_date=date(2026, 11, 11)) == (
        "The date of the extract, 11/11/2026, is in the future. Give the day it was made."
    )


def test_an_extract_older_than_the_register(bring_in, check):
    bring_in(register_csv([child()]))
    with pytest.raises(Refused, match="The register already stands as of 09/11/2026; this extract is older"):
        check(register_csv([child()]), extract_date=date(2026, 11, 1))


# Rows that are refused


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"child_ref": ""},
            "2 child_ref '': The child's reference is missing. Give the case system's reference.",
        ),
        (
            {"child_ref": "9" * 500},
            f"2 child_ref '{'9' * 119}…': The child's reference has 500 characters. "
            "A reference has at most 20, such as 1042817.",
        ),
        (
            {"child_ref": "=1+1"},
            "2 child_ref '=1+1': The child's reference is a formula. "
            "Use letters and digits only, such as 1042817 or CH-1042817.",
        ),
        (
            {"child_ref": "Jo Example"},
            "2 child_ref 'Jo Example': This is not a reference. "
            "Use letters and digits only, such as 1042817 or CH-1042817.",
        ),
        (
            {"restricted": "maybe"},
            "2 restricted 'maybe': This does not say whether the record is restricted. Use yes or no.",
        ),
        (
            {"restricted": "#N/A"},
            "2 restricted '#N/A': This does not say whether the record is restricted. Use yes or no.",
        ),
        (
            {"opened_on": "31/02/2026"},
            "2 opened_on '31/02/2026': This is not a date. Write dates as 30/11/2026.",
        ),
        (
            {"opened_on": "10/11/2026"},
            "2 opened_on '10/11/2026': The date is after the date of the extract, 09/11/2026. "
            "Correct the date in the case system, or the date of the extract.",
        ),
        (
            {"closed_on": "01/03/2026"},
            "2 closed_on '01/03/2026': The case closed before it opened, on 02/03/2026. "
            "Correct one of the two dates in the case system.",
        ),
    ],
)
def test_a_row_that_would_be_false_is_refused(check, values, message):
    found = check(register_csv([child(**values), child(child_ref="1002")]))
    assert told(found) == [message]
    assert found.counts["refused"] == 1


def test_a_child_twice_with_other_values_is_refused_altogether(check, bring_in):
    file = register_csv([child(), child(team="duty-2")])
    assert told(check(file)) == [
        "3 child_ref '1001': This child is also in row 2, with other values. Keep the row that is right."
    ]
    file.seek(0)
    bring_in(file, skip=True)
    assert Case.objects.count() == 0


def test_a_child_twice_with_the_same_values_is_taken_once(bring_in):
    done = bring_in(register_csv([child(), child()]))
    assert told(done) == ["3 child_ref '1001': The same as row 2. Keep one of the rows."]
    assert Case.objects.count() == 1


# Values that are doubtful: taken, with a warning


@pytest.mark.parametrize(
    ("values", "field", "taken", "message"),
    [
        (
            {"age": "six"},
            "age_band",
            "unknown",
            "2 age 'six': This is not the age of a child or care leaver; taken as not recorded. "
            "Give the age in years, from 0 to 25, or a band such as 5 to 9.",
        ),
        (
            {"plan_type": "Plan B"},
            "plan_type",
            "unknown",
            "2 plan_type 'Plan B': This value is not known; taken as not recorded. Use one of: early_help, "
            "front_door, assessment, child_in_need, child_protection, child_in_care, care_leaver, unknown.",
        ),
        (
            {"last_visit_on": "01/12/2026"},
            "last_visit_on",
            None,
            "2 last_visit_on '01/12/2026': The date is after the date of the extract, 09/11/2026. Left out. "
            "Correct the date in the case system, or the date of the extract.",
        ),
        (
            {"closed_on": "01/11/2026", "closure_reason": '=VLOOKUP("x";A1;2)'},
            "closure_reason",
            "",
            "2 closure_reason '=VLOOKUP(\"x\";A1;2)': A formula without a result; taken as blank. "
            "Export values only.",
        ),
        (
            {"team": "#N/A"},
            "team_name",
            "",
            "2 team '#N/A': A look-up failed in the spreadsheet; taken as blank. "
            "Correct the look-up and export again.",
        ),
        (
            {"team": "Harbour team"},
            "team_name",
            "Harbour team",
            "2 team 'Harbour team': No team of this code or name is known. The case has no team. "
            "Use a team's code or name from the organisation page, or add the team there.",
        ),
        (
            {"worker": "Nobody Known"},
            "worker_name",
            "Nobody Known",
            "2 worker 'Nobody Known': Nobody of this name is known. Only the name is kept. "
            "Use the staff reference or full name from the people list, or add the person there.",
        ),
    ],
)
def test_a_doubtful_value_is_taken_with_a_warning(bring_in, values, field, taken, message):
    done = bring_in(register_csv([child(**values)]))
    assert told(done) == [message]
    assert getattr(Case.objects.get(), field) == taken


def test_an_unknown_team_commoner_than_the_known_ones_is_said_once(bring_in):
    rows = [child(child_ref=str(n), team="Harbour team" if n % 3 else "duty-1") for n in range(30)]
    done = bring_in(register_csv(rows))
    assert [line.split(": ", 1)[1][:79] for line in told(done)] == [
        "No team of this code or name is known. The case has no team. In 20 rows. Use a "[:79]
    ]
    assert Case.objects.filter(unit=None).count() == 20


def test_a_worker_who_left_keeps_the_case_with_a_warning(bring_in):
    gone = UserFactory(full_name="Rowan Gone", left_on=date(2026, 10, 31))
    done = bring_in(register_csv([child(worker="Rowan Gone")]))
    assert told(done) == [
        "2 worker 'Rowan Gone': This person left on 31/10/2026 and has an open case. "
        "Give the case its present worker in the case system."
    ]
    assert Case.objects.get().worker == gone


def test_two_people_of_one_name_are_not_mistaken_for_each_other(bring_in):
    UserFactory.create_batch(2, full_name="Sam Twin")
    done = bring_in(register_csv([child(worker="Sam Twin")]))
    assert "Several people have this name. Only the name is kept." in told(done)[0]
    assert Case.objects.get().worker is None


# Files that look odd and are fine


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(register_csv([child(initials="ÉÖ")], encoding="cp1252"), id="cp1252"),
        pytest.param(register_csv([child(initials="ÉÖ")], encoding="utf-8-sig"), id="BOM"),
        pytest.param(register_csv([child(initials="ÉÖ")], delimiter=";"), id="semicolons"),
        pytest.param(register_xlsx([child(initials="ÉÖ")]), id="a workbook named .csv"),
        pytest.param(
            register_xlsx([child(initials="ÉÖ")], above=[["Northmoor"], [None]]), id="a title above"
        ),
    ],
)
def test_encodings_delimiters_and_wrong_endings(bring_in, file):
    bring_in(file)
    assert Case.objects.get().initials == "ÉÖ"


def test_a_csv_named_xlsx(bring_in):
    bring_in(register_csv([child()]), name="register.xlsx")
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "worker", ["Practitioner\u00a0 Example", "EXAMPLE, Practitioner", "practitioner example"]
)
def test_a_worker_is_known_however_the_name_is_typed(bring_in, authority, worker):
    bring_in(register_csv([child(worker=worker)]))
    assert Case.objects.get().worker == authority.practitioner


def test_a_worker_is_known_by_the_staff_reference(bring_in, authority):
    bring_in(register_csv([child(worker=authority.practitioner.staff_reference)]))
    assert Case.objects.get().worker == authority.practitioner


def test_numbers_and_dates_of_a_spreadsheet(bring_in):
    row = child(child_ref=12345.0, age=6.9, opened_on=date(2026, 3, 2))
    bring_in(register_xlsx([row]))
    case = Case.objects.get()
    assert (case.child_ref, case.age_band, case.opened_on) == ("12345", "5_to_9", date(2026, 3, 2))


def test_a_formula_gives_its_saved_result_or_is_refused(check):
    row = [child(child_ref="=A9", team="duty-1").get(column) for column in REGISTER_COLUMNS]
    found = check(workbook({"Register": [REGISTER_COLUMNS, row]}))
    assert found.findings.get().problem == "The child's reference is a formula."


def test_other_names_of_the_columns(bring_in):
    columns = {"child_ref": "Child Reference", "plan_type": "PLAN TYPE", "opened_on": "Date opened"}
    titles = [columns.get(name, name) for name in REGISTER_COLUMNS]
    row = [child().get(name) for name in REGISTER_COLUMNS]
    bring_in(workbook({"Sheet1": [titles, row]}))
    assert Case.objects.get().plan_type == "child_in_need"
