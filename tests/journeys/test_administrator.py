"""An administrator brings framework, organisation and case register up to date."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]

PEOPLE = b"""\
unit_code,unit_name,unit_kind,parent_code,post_code,post_title,role,reports_to,full_name,email
duty-9,Duty team 9,team,duty,manager-9,Team manager,team_manager,,Hollis Fernsby,hollis@northmoor.example
"""
LONG = "C" * 500
REGISTER = f"""\
child_ref,initials,plan_type,age,team,worker,opened_on
C800001,AB,Child in need,7,duty-1,,02/03/2026
{LONG},AB,Child in need,7,duty-1,,02/03/2026
""".encode()


def choose_file(somebody: Person, name: str, content: bytes) -> None:
    field = somebody.page.locator("input[type=file]")
    field.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_frameworks_are_read_loaded_and_their_quotas_changed(person: Arrive) -> None:
    admin = person("config_admin")
    admin.is_on("Frameworks")
    admin.look("frameworks")
    admin.visit("/tools/load/")
    admin.page.get_by_label("Bracknell").check()
    admin.page.get_by_label("Children in care").check()
    admin.look("framework-to-load")
    admin.press("Load")
    admin.sees("was here already")
    admin.look("framework")

    admin.visit("/frameworks/")
    admin.page.get_by_role("link", name="Quotas of Lancashire").click()
    admin.is_on("Quotas")
    amount = admin.page.locator("table input[type=text]").first
    amount.fill("-1")
    admin.press("Save the quotas")
    admin.sees("Enter a whole number from 0 to 200")
    admin.look("quotas-refused")
    amount.fill("3")
    admin.page.get_by_label("Why").fill("More learning spaces from next year.")
    admin.press("Work out the totals")
    expect(amount).to_have_value("3")
    admin.look("quotas", tour="quotas")
    admin.press("Save the quotas")
    admin.sees("Done")


def test_people_are_imported_and_appear_in_the_organisation(person: Arrive) -> None:
    admin = person("config_admin")
    admin.visit("/people/import/")
    choose_file(admin, "people.csv", PEOPLE)
    admin.look("people-import")
    admin.press("Check the file")
    admin.is_on("What people.csv would change")
    admin.sees("Hollis Fernsby")
    admin.look("people-import-preview")
    admin.page.get_by_role("button", name="Apply").click()
    admin.visit("/people/organisation/")
    admin.sees("Duty team 9")
    admin.sees("Hollis Fernsby")
    admin.look("organisation")


def test_a_register_says_what_it_refuses_and_nothing_is_half_imported(person: Arrive) -> None:
    admin, officer = person("config_admin"), person("qa_officer")
    admin.visit("/cases/imports/new/")
    choose_file(admin, "register.csv", REGISTER)
    admin.page.get_by_label("Date of the extract").fill("2026-11-10")
    admin.look("register-import")
    admin.press("Check the file")
    admin.is_on("register.csv")
    admin.sees("register.csv, row 3")
    admin.look("register-import-report", tour="import")
    officer.visit("/cases/?reference=C80000")
    expect(officer.page.get_by_text("C800001")).to_have_count(0)
    admin.press("Apply without the 1 refused row")
    admin.sees("brought up to date")
    officer.page.reload()
    officer.sees("C800001")
    officer.look("register")
    officer.follow("C800001")
    officer.look("case")
