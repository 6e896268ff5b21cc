"""Annex A workbooks as authorities really send them."""

from datetime import date, datetime

import pytest

from qaframework.caseload.annex_a import recognise
from qaframework.caseload.extract import read_extract
from qaframework.people.tabular import MEGABYTE
from tests.caseload.annex_a_lists import annex_list, headers, in_care, in_need, leaving_care, on_plan
from tests.caseload.extracts import workbook

DAY = date(2026, 11, 9)


def read(**sheets):
    """An extract of sheets named by their lists: list_6=[rows]."""
    named = {f"List {name.removeprefix('list_')}": rows for name, rows in sheets.items()}
    return read_workbook({name: annex_list(name.split()[1], rows) for name, rows in named.items()})


def read_workbook(sheets):
    file = workbook(sheets)
    return read_extract(file, "annex_a.xlsx", DAY, max_bytes=MEGABYTE, max_rows=1000)


def problems(extract):
    return [finding.told for finding in extract.findings]


@pytest.mark.parametrize("number", [str(n) for n in range(1, 12)])
def test_each_list_is_recognised_by_its_headers(number):
    assert recognise(headers(number)).key == number


def test_a_list_is_recognised_with_typographic_headers_and_local_columns():
    titles = [title.replace("'", "’").upper() for title in headers("8")]
    titles = [title.replace("(Y/N)", "(Y/N))") for title in titles]
    assert recognise([*titles, "Family ID", "Restricted"]).key == "8"


def test_a_sheet_that_is_no_list_is_left_out_with_a_warning():
    extract = read_workbook({"Notes": [["Read me", "Version"], ["x", 1]], "L6": annex_list("6", [in_need()])})
    assert list(extract.rows) == ["1001"]
    assert problems(extract) == ["The headers are not those of an Annex A list; the sheet was left out."]


def test_swapped_sheets_are_read_by_what_they_hold_and_said():
    sheets = {"List 6": annex_list("7", [on_plan()]), "List 7": annex_list("6", [in_need()])}
    extract = read_workbook(sheets)
    assert extract.rows["1001"].plan_type == "child_protection"
    assert problems(extract) == [
        "The columns are those of list 7, child protection plans; read as that list.",
        "The columns are those of list 6, children in need; read as that list.",
    ]


def test_prefixes_float_references_decimal_ages_and_excel_dates_are_understood():
    row = in_need(
        12345.0, **{"CIN Start Date": datetime(2026, 3, 2), "Allocated Worker": "Jo\u00a0 Example "}
    )
    child = read(list_6=[row]).rows["12345"]
    assert (child.sex, child.ethnicity, child.disability) == ("F", "WBRI", False)
    assert (child.age_band, child.opened_on) == ("5_to_9", date(2026, 3, 2))
    assert child.worker_name == "Jo Example"


def test_a_failed_look_up_of_the_team_is_blank_and_said_once_with_its_count():
    rows = [in_need(str(n), **{"Allocated Team": "#N/A"}) for n in range(3)]
    extract = read(list_6=rows)
    assert [child.team_name for child in extract.rows.values()] == ["", "", ""]
    assert problems(extract) == ["A look-up failed in the spreadsheet; taken as blank. In 3 rows."]


@pytest.mark.parametrize(
    ("lists", "plan", "team"),
    [
        ({"list_6": [in_need()]}, "child_in_need", "Duty team 1"),
        ({"list_6": [in_need(**{"Case Status": "d) Open assessment"})]}, "assessment", "Duty team 1"),
        ({"list_6": [in_need()], "list_7": [on_plan()]}, "child_protection", "Duty team 2"),
        (
            {"list_7": [on_plan()], "list_8": [in_care()], "list_6": [in_need()]},
            "child_in_care",
            "Children in care team 1",
        ),
        (
            {"list_9": [leaving_care()], "list_8": [in_care()]},
            "child_in_care",
            "Children in care team 1",
        ),
        ({"list_9": [leaving_care()], "list_6": [in_need()]}, "care_leaver", "Children in care team 1"),
        (
            {"list_8": [in_care(**{"Date Ceased to be Looked After": "01/10/2026"})], "list_6": [in_need()]},
            "child_in_need",
            "Duty team 1",
        ),
    ],
)
def test_the_plan_and_team_come_from_the_list_that_counts_most(lists, plan, team):
    child = read(**lists).rows["1001"]
    assert (child.status, child.plan_type, child.team_name) == ("open", plan, team)


def test_a_case_opened_with_its_earliest_open_episode_and_was_visited_last_on_any_list():
    child = read(list_6=[in_need()], list_7=[on_plan()]).rows["1001"]
    assert (child.opened_on, child.plan_started_on) == (date(2026, 3, 2), date(2026, 6, 1))
    assert child.last_visit_on == date(2026, 10, 20)


def test_an_ended_plan_does_not_close_a_case_that_is_still_open():
    ended = on_plan(**{"Child Protection Plan End Date": "01/10/2026"})
    child = read(list_6=[in_need()], list_7=[ended]).rows["1001"]
    assert (child.status, child.closed_on) == ("open", None)


def test_a_closed_episode_is_a_closed_case_with_its_reason():
    closed = in_need(
        **{
            "CIN Closure Date": "01/10/2026",
            "Reason for Closure": "g) 'Other' incl. Child no longer in need",
            "Case Status": "e) Closed episode",
        }
    )
    child = read(list_6=[closed]).rows["1001"]
    assert (child.status, child.closed_on) == ("closed", date(2026, 10, 1))
    assert child.closure_reason.endswith("no longer in need")


def test_a_case_that_went_to_another_authority_is_transferred():
    moved = in_need(**{"CIN Closure Date": "01/10/2026", "Reason for Closure": "e) Transfer to another LA"})
    assert read(list_6=[moved]).rows["1001"].status == "transferred"


def test_an_assessment_is_a_case_only_while_it_is_open():
    row = {"Child Unique ID": "1", "Continuous Assessment Start Date": "01/10/2026"}
    done = {**row, "Child Unique ID": "2", "Continuous Assessment Date of Authorisation": "01/11/2026"}
    extract = read(list_4=[row, done])
    assert {ref: child.plan_type for ref, child in extract.rows.items()} == {"1": "assessment"}


def test_contacts_make_no_cases_and_adoption_gives_the_family_only():
    extract = read(
        list_1=[{"Child Unique ID": "9"}],
        list_6=[in_need()],
        list_10=[{"Child Unique ID": "1001", "Family identifier": "F77"}, {"Child Unique ID": "9"}],
    )
    assert list(extract.rows) == ["1001"]
    assert extract.rows["1001"].family_ref == "F77"


def test_an_age_missing_from_the_list_comes_from_the_date_of_birth_which_is_not_kept():
    born = in_need(**{"Age of Child (Years)": None, "Date of Birth": "09/11/2015"})
    unborn = in_need("2", **{"Age of Child (Years)": None, "Date of Birth": "01/01/2027"})
    extract = read(list_6=[born, unborn])
    assert [child.age_band for child in extract.rows.values()] == ["10_to_15", "unborn"]


def test_a_child_with_one_refused_row_is_left_out_of_every_list():
    wrong = on_plan(**{"Child Protection Plan End Date": "01/05/2026"})
    extract = read(list_6=[in_need()], list_7=[wrong])
    assert extract.rows == {}
    assert extract.refused_refs == {"1001"}
    assert problems(extract) == ["The case closed before it opened, on 01/06/2026."]


def test_two_open_rows_of_a_child_with_other_teams_take_the_later_and_warn():
    extract = read(
        list_7=[
            on_plan(),
            on_plan(**{"Child Protection Plan Start Date": "01/07/2026", "Allocated Team": "X"}),
        ]
    )
    assert extract.rows["1001"].team_name == "X"
    assert "Row 3 has the same child with another team or worker; that row was taken." in problems(extract)


def test_local_columns_are_read_and_absent_ones_stay_untouched():
    rows = annex_list(
        "6",
        [{**in_need(), "Restricted (Y/N)": "Yes", "Family ID": "F1"}],
        extra=["Restricted (Y/N)", "Family ID"],
    )
    extract = read_workbook({"List 6": rows})
    assert (extract.rows["1001"].is_restricted, extract.rows["1001"].family_ref) == (True, "F1")
    assert {"is_restricted", "family_ref"} <= extract.fields
    assert "initials" not in extract.fields


def test_the_personal_adviser_of_a_care_leaver_is_the_worker_when_there_is_none():
    assert read(list_9=[leaving_care()]).rows["1001"].worker_name == "Care Practitioner Example"


def test_sheets_with_a_title_above_the_headers_are_read():
    rows = [["Northmoor"], ["Extract of 9 November"], *annex_list("6", [in_need()])]
    extract = read_workbook({"List 6": rows})
    assert extract.rows["1001"].row == 4
