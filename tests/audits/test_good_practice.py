"""Good practice is found in audits, told to the head of service, kept and shared (BF-20, LAN-23)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from audits.good_practice_access import library
from audits.models import CaseAudit, GoodPractice
from audits.workflow import (
    Naming,
    Telling,
    begin_audit,
    propose_good_practice,
    publish_good_practice,
    submit_audit,
)
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from tests.audits.pages import text_of
from tests.factories.audits import (
    Setting,
    allocated_audit,
    answer_everything,
    draft_action,
    fresh,
    judge,
    setting,
)
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory
from tests.factories.packs import loaded, shipped
from tests.factories.people import UnitFactory

NOW = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
LIBRARY = reverse("audits:library")
CANDIDATES = reverse("audits:good_practice_candidates")
PRAISED = "Father was found and asked to each meeting."
ENTRY = {
    "title": "Bringing fathers in",
    "what_was_done": "The worker asked the wider family who matters to the child and met the father at work.",
    "why_it_helped": "The safety plan now rests on four adults.",
    "topics": "Fathers, planning",
}
TELLING = Telling(ENTRY["title"], ENTRY["what_was_done"], ENTRY["why_it_helped"], ["Fathers", "planning"])
NOTED = "engagement_good_practice"

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def today(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def live(authority: Authority, bracknell_setting: Setting) -> CaseAudit:
    """A live audit on the youth justice framework that is final, with good practice noted in one section."""
    return final_audit(bracknell_setting, "outstanding", **{NOTED: PRAISED})


@pytest.fixture
def officer(authority: Authority) -> User:
    return authority.qa_officer


def final_audit(where: Setting, grade: str, *, case: Case | None = None, **answers: Any) -> CaseAudit:
    """Handed in and settled: its moderation draw chose others."""
    audit = allocated_audit(where, case=case)
    begin_audit(audit=audit, by=where.auditor, now=NOW)
    answer_everything(audit, where.auditor, NOW, **answers)
    judge(audit, where.auditor, NOW, grade, unmet_indicators_reason="Two came after the work.")
    draft_action(audit, where.auditor, where.authority.post_of[where.worker], NOW)
    submit_audit(audit=fresh(audit), by=where.auditor, now=NOW)
    return settled(fresh(audit))


def settled(audit: CaseAudit) -> CaseAudit:
    from audits.workflow import draw_moderations

    raise NotImplementedError
