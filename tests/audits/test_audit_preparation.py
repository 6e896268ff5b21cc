"""What the practitioner has ready before they meet, and what the auditor sees of it."""

from copy import deepcopy
from datetime import timedelta

import pytest

from audits import workflow
from audits.models import CaseAudit
from qaframework.people.refusal import Refused
from tests.audits.pages import text_of, url
from tests.factories.audits import Setting, allocated_audit, fresh, submitted_audit
from tests.factories.packs import loaded, shipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


@pytest.fixture
def audit(where):
    return allocated_audit(where)


@pytest.fixture
def later(held):
    return held + timedelta(hours=1)


def ready():
    return list(CaseAudit.objects.get().preparation)


@pytest.mark.clause("BF-03")
def test_the_auditor_sees_what_is_ready_and_since_when(client, where, audit):
    client.force_login(where.worker)
    page = text_of(client.get(url("audit", audit)))
    assert "Before you meet" in page
    assert "The chronology and the plan are to hand" in page
    client.post(url("prepare", audit), {"ready": ["record", "to_hand"]})
    client.force_login(where.auditor)
    page = client.get(url("audit", audit))
    rows = {row["label"]: row["value"] for row in page.context["page"].preparation.rows}
    assert rows["The chronology and the plan are to hand"] == f"{where.worker}\n10 November 2026, 2pm"
    assert rows["The questions and what good looks like are read"] == "Not yet"
    assert "What the social worker has ready" in text_of(page)
    assert "Save what is ready" not in text_of(page)


def test_what_is_ticked_keeps_its_moment_and_can_be_taken_back(where, audit, held, later):
    workflow.prepare(audit=audit, ready=["record", "tool_read"], by=where.worker, now=held)
    workflow.prepare(audit=audit, ready=["record", "to_hand"], by=where.worker, now=later)
    stands = fresh(audit).preparation
    assert {key: one["at"] for key, one in stands.items()} == {
        "record": held.isoformat(),
        "to_hand": later.isoformat(),
    }
    entries = fresh(audit).history.filter(history_change_reason="Prepared")
    assert [entry.history_date for entry in entries] == [later, held]


def test_saying_the_same_again_changes_nothing(where, audit, held, later):
    workflow.prepare(audit=audit, ready=["record"], by=where.worker, now=held)
    workflow.prepare(audit=fresh(audit), ready=["record"], by=where.worker, now=later)
    assert fresh(audit).history.filter(history_change_reason="Prepared").count() == 1


def test_it_does_not_come_in_the_way_of_the_judgement(where, audit, held):
    workflow.prepare(audit=audit, ready=["record"], by=where.worker, now=held)
    assert fresh(audit).version == 1


def test_only_the_practitioner_says_so(client, where, audit, held):
    client.force_login(where.auditor)
    assert client.post(url("prepare", audit), {"ready": ["record"]}).status_code == 404
    with pytest.raises(Refused, match="Only the practitioner"):
        workflow.prepare(audit=audit, ready=["record"], by=where.auditor, now=held)
    assert ready() == []


def test_what_is_not_asked_for_is_not_ready(client, where, audit, held):
    client.force_login(where.worker)
    page = client.post(url("prepare", audit), {"ready": ["cake"]}, follow=True)
    assert "This list has changed" in text_of(page)
    with pytest.raises(ValueError, match="cake"):
        workflow.prepare(audit=audit, ready=["cake"], by=where.worker, now=held)
    assert ready() == []


def test_nothing_is_prepared_for_an_audit_that_was_handed_in(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.worker)
    assert "Before you meet" not in text_of(client.get(url("audit", audit)))
    page = client.post(url("prepare", audit), {"ready": ["record"]}, follow=True)
    assert "has been submitted" in text_of(page)
    assert ready() == []


def test_the_next_step_of_who_has_a_date_is_to_get_ready(client, where, audit, held):
    meet(where, audit, held)
    client.force_login(where.worker)
    step = client.get(url("audit", audit)).context["page"].next_step
    assert (step.label, step.url) == ("Get ready", "#preparation")
    keys = ["record", "tool_read", "family_view", "to_hand"]
    client.post(url("prepare", audit), {"ready": keys})
    assert "You are ready" in client.get(url("audit", audit)).context["page"].next_step.text


def test_nothing_is_asked_where_the_framework_asks_for_nothing(client, authority):
    content = deepcopy(shipped("lancashire"))
    content["framework"]["activities"][0].pop("preparation")
    where = Setting(authority, loaded(content, [authority.root]))
    audit = allocated_audit(where)
    client.force_login(where.worker)
    page = client.get(url("audit", audit))
    assert page.context["page"].preparation.rows == []
    assert "Before you meet" not in text_of(page)


def meet(where, audit, held):
    starts_at = held.replace(day=17)
    values = {"starts_at": starts_at, "minutes": 90, "place": "Room 4"}
    meeting = workflow.propose_meeting(audit=fresh(audit), by=where.auditor, now=held, **values)
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)
