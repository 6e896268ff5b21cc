"""Everyone has a role, and the groups of the Windsor framework read what is sent to them (RBWM-02)."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qaframework.people.models import Unit, User
from qaframework.rules.periods import Month, Quarter
from reporting.models import Report
from reporting.workflow import build_report, release_report, write_words
from tests.frameworks.conftest import Employ, Grow, Plan

JULY = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
WORDS = {"so_what": "Plans have dates now.", "now_what": "Heads of service look at visits."}

# Who gets which of the released reports: the quarter's goes to the groups, the month's to managers.
READ_BY = {
    "board_member": {"quarterly"},
    "director": {"monthly", "quarterly"},
    "head_of_service": {"monthly", "quarterly"},
    "senior_manager": {"monthly", "quarterly"},
    "team_manager": {"quarterly"},
    "qa_manager": {"monthly", "quarterly"},
    "practitioner": set(),
}


@pytest.mark.clause("RBWM-02")
def test_groups_read_their_reports_and_change_nothing(
    root: Unit, grow: Grow, employ: Employ, plan: Plan, client: Client
) -> None:
    social_care = grow("social-care", Unit.Kind.FUNCTION)
    team = grow("duty", Unit.Kind.TEAM, social_care)
    grow("early-help", Unit.Kind.FUNCTION)
    grow("quality-assurance", Unit.Kind.FUNCTION)
    place = {"head_of_service": social_care, "team_manager": team, "practitioner": team}
    people: dict[str, User] = {
        role: employ(place.get(role, root), role)[0].holdings.get().user for role in READ_BY
    }
    framework = plan("windsor").framework
    periods = {"monthly": Month(2026, 6), "quarterly": Quarter(2026, 1)}
    reports = {
        kind: build_report(framework=framework, kind=kind, period=period, by=None, now=JULY)
        for kind, period in periods.items()
    }
    with time_machine.travel(JULY, tick=False):
        assert opened(client, people, "reporting:words", reports) == {
            role: set(reports) if role == "qa_manager" else set() for role in people
        }
        client.force_login(people["board_member"])
        draft = reverse("reporting:words", args=[reports["quarterly"].pk])
        assert client.post(draft, {"so_what": "All is well."}).status_code == 403
        for report in reports.values():
            written = write_words(report=report, was=("", ""), by=people["qa_manager"], now=JULY, **WORDS)
            release_report(report=written, by=people["qa_manager"], now=JULY)
        assert opened(client, people, "reporting:report", reports) == READ_BY
        client.force_login(people["board_member"])
        page = client.get(reverse("reporting:report", args=[reports["quarterly"].pk])).content.decode()
        assert WORDS["so_what"] in page
        assert client.get(reverse("caseload:register")).status_code == 403


def opened(
    client: Client, people: dict[str, User], page: str, reports: dict[str, Report]
) -> dict[str, set[str]]:
    """For each role the kinds of reports whose page opens for it."""
    found: dict[str, set[str]] = {}
    for role, person in people.items():
        client.force_login(person)
        answers = {kind: client.get(reverse(page, args=[one.pk])) for kind, one in reports.items()}
        found[role] = {kind for kind, answer in answers.items() if answer.status_code == 200}
    return found
