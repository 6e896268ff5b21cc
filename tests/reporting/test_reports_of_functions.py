"""Reports of one function: only its figures, for those who lead it, built by the same clockwork (LAN-01)."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from qaframework.notices.models import Notice
from qaframework.packs.models import Framework
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Quarter
from reporting.models import Report
from reporting.tasks import build_due_reports
from reporting.workflow import build_report, reissue_report, release_report, write_words
from tests.factories.authority import Authority
from tests.factories.packs import loaded, shipped
from tests.factories.people import UnitFactory
from tests.factories.reporting import audited

pytestmark = pytest.mark.django_db

TENTH = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
QUARTER = Quarter.parse("2026-Q3")
WORDS = {"so_what": "Visits are in time.", "now_what": "Teams keep to it."}


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with time_machine.travel(TENTH, tick=False):
        yield


def built(unit: Unit | None) -> Report:
    return Report.objects.get(kind="quarterly", period="2026-Q3", unit=unit)


def released(report: Report, authority: Authority) -> Report:
    by = authority.qa_manager
    write_words(report=report, was=("", ""), by=by, now=TENTH, **WORDS)
    return release_report(report=report, by=by, now=TENTH)


def page(client: Client, user: User, url: str) -> Any:
    client.force_login(user)
    return client.get(url)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def due(report: Report) -> int:
    return report.figures["data"]["practice"]["random"]["good_or_better"]["whole"]


@pytest.mark.clause("LAN-01")
def test_each_function_gets_a_report_of_its_own_figures(
    framework: Framework, authority: Authority, client: Client
) -> None:
    """Thirty audits of the quarter, twenty-four of them of cases in duty and six of children in care."""
    build_due_reports()
    assert (due(built(None)), due(built(authority.duty)), due(built(authority.care))) == (30, 24, 6)
    assert build_due_reports() == 0
    report = released(built(authority.duty), authority)
    url = f"/reports/{report.pk}/"
    shown = text(page(client, authority.head_of_service, url))
    assert "Duty and assessment: quarterly report, quarter 3 of 2026</h1>" in shown
    assert WORDS["so_what"] in shown
    assert "Duty team 1" in shown
    assert "Children in care team 1" not in shown
    data = client.get(f"{url}report.json")
    assert json.loads(data.content)["unit"] == "duty"
    assert 'filename="lancashire-duty-quarterly-2026-Q3-v1.json"' in data["Content-Disposition"]
    assert client.get(f"{url}report.pdf").status_code == 200


@pytest.mark.clause("LAN-01")
def test_it_is_read_by_those_who_lead_the_function_and_by_nobody_else(
    framework: Framework, authority: Authority, client: Client
) -> None:
    """A team manager sits on the operational meeting and sees one team; the board could subtract."""
    authority.appoint("board_member", "board_member", authority.root)
    build_due_reports()
    report = released(built(authority.duty), authority)
    told = {one.recipient for one in Notice.objects.filter(kind="report_released")}
    assert told == {authority.head_of_service, authority.senior_manager, authority.qa_manager}
    url = f"/reports/{report.pk}/"
    readers = {*told, authority.qa_officer}
    for user in authority.post_of:
        answer = page(client, user, url).status_code
        assert (answer == 200) == (user in readers), user
    draft = f"/reports/{built(authority.care).pk}/"
    assert page(client, authority.care_head_of_service, draft).status_code == 404
    assert page(client, authority.qa_officer, draft).status_code == 200


def test_a_board_member_of_the_unit_itself_reads_its_report(
    framework: Framework, authority: Authority, client: Client
) -> None:
    """The framework names the unit; the member for the whole authority could subtract it."""
    content = deepcopy(shipped("lancashire"))
    rule = {"kind": "quarterly", "units": ["duty"], "recipients": ["board_member"], "day_of_month": 9}
    changes = {"reports": [rule], "groups": [], "themes": [], "version": "2", "effective_from": "2026-12-01"}
    content["framework"].update(changes)
    loaded(content, [authority.root], now=TENTH)
    whole = authority.appoint("board_member", "board_member", authority.root)
    own = authority.appoint("member_for_duty", "board_member", authority.duty)
    build_due_reports()
    report = released(built(authority.duty), authority)
    assert set(Report.objects.values_list("unit", flat=True)) == {authority.duty.pk}
    assert {one.recipient for one in Notice.objects.filter(kind="report_released")} == {own}
    assert page(client, own, f"/reports/{report.pk}/").status_code == 200
    assert page(client, whole, f"/reports/{report.pk}/").status_code == 404


@pytest.mark.clause("LAN-01")
def test_the_list_says_of_which_function_and_is_narrowed_to_it(
    framework: Framework, authority: Authority, client: Client
) -> None:
    build_due_reports()
    listed = page(client, authority.qa_manager, "/reports/?kind=quarterly")
    about = {row[1] for row in listed.context["rows"]}
    assert about == {"All units", "Children in care", "Duty and assessment"}
    narrowed = client.get("/reports/", {"about": authority.care.pk})
    assert [row[1] for row in narrowed.context["rows"]] == ["Children in care"]
    whole = client.get("/reports/", {"about": "all", "kind": "quarterly"})
    assert {row[1] for row in whole.context["rows"]} == {"All units"}
    assert page(client, authority.director, "/reports/").context["filter"].fields.keys() == {"kind"}


def test_a_function_without_work_gets_no_report(framework: Framework, authority: Authority) -> None:
    quiet = UnitFactory(code="quiet", name="Quiet", kind=Unit.Kind.FUNCTION, parent=authority.root)
    build_due_reports()
    assert not Report.objects.filter(unit=quiet).exists()


def test_issued_again_it_is_of_the_same_function(framework: Framework, authority: Authority) -> None:
    build_due_reports()
    report = released(built(authority.duty), authority)
    audited(authority, at=datetime(2026, 12, 3, 9, 0, tzinfo=UTC))
    again = reissue_report(report=report, reason="One came late.", by=authority.qa_manager, now=TENTH)
    assert (again.unit, again.version, due(again)) == (authority.duty, 2, 25)
    assert str(again.title) == "Duty and assessment: quarterly report, quarter 3 of 2026, version 2"


def test_what_is_expected_of_the_authority_is_no_measure_of_a_function(
    framework: Framework, authority: Authority
) -> None:
    build_due_reports()
    assert built(None).figures["data"]["returns"]["expected"]
    assert built(authority.duty).figures["data"]["returns"]["expected"] == []


def test_a_unit_outside_the_framework_has_no_report_by_it(framework: Framework, authority: Authority) -> None:
    framework.units.set([authority.care])
    with pytest.raises(Refused, match="does not hold for Duty and assessment"):
        build_report(
            framework=framework, kind="quarterly", period=QUARTER, unit=authority.duty, by=None, now=TENTH
        )


@pytest.mark.clause("LAN-01")
def test_the_command_builds_the_report_of_a_unit(
    framework: Framework, authority: Authority, tmp_path: Path
) -> None:
    output = tmp_path / "duty.json"
    told = StringIO()
    options = {"period": "2026-11", "unit": "duty", "stdout": told}
    call_command("report", "monthly", output=str(output), at=TENTH.isoformat(), **options)
    assert "Duty and assessment: monthly report, November 2026: built." in told.getvalue()
    assert json.loads(output.read_text())["unit"] == "duty"
    call_command("report", "monthly", at=TENTH.isoformat(), **options)
    assert "stands as it was built" in told.getvalue()
    with pytest.raises(CommandError, match="no unit with the code nowhere"):
        call_command("report", "monthly", period="2026-11", unit="nowhere")
