"""Good practice is found in audits, told to the head of service, kept and shared (BF-20, LAN-23)."""

from dataclasses import replace
from datetime import date, timedelta
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
    change_good_practice,
    propose_good_practice,
    publish_good_practice,
    withdraw_good_practice,
)
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from tests.factories.audits import Setting, allocated_audit, fresh, setting
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.good_practice import SETTLED, TELLING, final_audit, published
from tests.factories.packs import loaded, shipped
from tests.factories.people import UnitFactory

LIBRARY = reverse("audits:library")
CANDIDATES = reverse("audits:good_practice_candidates")
PRAISED = "Father was found and asked to each meeting."
NOTED = "engagement_good_practice"
ENTRY = {
    "title": TELLING.title,
    "what_was_done": TELLING.what_was_done,
    "why_it_helped": TELLING.why_it_helped,
    "topics": "Fathers, planning",
}


@pytest.fixture(autouse=True)
def today_is_3_december(db: None, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(SETTLED, tick=False)


@pytest.fixture
def live(bracknell_setting: Setting) -> CaseAudit:
    """A final live audit, with good practice noted in one of its six elements."""
    return final_audit(bracknell_setting, **{NOTED: PRAISED})


@pytest.fixture
def entry(live: CaseAudit, bracknell_setting: Setting) -> GoodPractice:
    return published(live, bracknell_setting, question=NOTED)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, url: str, **query: str) -> str:
    answer = browser(user).get(url, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def publish(user: User, audit: CaseAudit, question: str = NOTED, **values: str) -> Any:
    url = reverse("audits:publish_noted", args=[audit.pk, question])
    return browser(user).post(url, {**ENTRY, **values})


def page_of(audit: CaseAudit) -> str:
    return reverse("audits:good_practice_of", args=[audit.pk])


def told(kind: str) -> list[tuple[User, str]]:
    return [(one.recipient, one.url) for one in Notice.objects.filter(kind=kind)]


@pytest.mark.clause("BF-20")
def test_each_element_of_a_live_audit_asks_for_the_practice_model_and_for_good_practice(
    bracknell_setting: Setting,
) -> None:
    definition = allocated_audit(bracknell_setting).answer_set.tool_version.definition
    elements = [section for section in definition.sections if section.graded]
    assert len(elements) == 6
    for section in elements:
        model = next(one for one in section.questions if one.key == f"{section.key}_practice_model")
        assert model.required
        assert [one.key for one in section.questions if one.gathers == "good_practice"] == [
            f"{section.key}_good_practice"
        ]


@pytest.mark.clause("BF-20")
def test_what_an_audit_noted_becomes_an_entry_that_everybody_reads(
    live: CaseAudit, authority: Authority
) -> None:
    assert PRAISED in read(authority.qa_officer, CANDIDATES)
    assert PRAISED in read(authority.qa_officer, page_of(live))
    form = read(authority.qa_officer, reverse("audits:publish_noted", args=[live.pk, NOTED]))
    assert "voice of the child, families" in form

    answer = publish(authority.qa_officer, live)
    entry = GoodPractice.objects.get()
    assert answer.url == reverse("audits:good_practice", args=[entry.pk])

    for reader in (authority.care_practitioner, authority.director, authority.admin, authority.practitioner):
        assert ENTRY["title"] in read(reader, LIBRARY)
        page = read(reader, answer.url)
        assert ENTRY["why_it_helped"] in page
        assert str(authority.practitioner) not in page.replace(f"{reader}", "")
        assert live.assignment.case.child_ref not in page
    assert PRAISED not in read(authority.qa_officer, CANDIDATES)
    assert "This is your work" in read(authority.practitioner, answer.url)
    assert "This is your work" not in read(authority.practitioner_2, answer.url)


def test_the_practitioner_is_told_that_their_work_is_in_the_library(
    entry: GoodPractice, authority: Authority
) -> None:
    assert told("good_practice_published") == [
        (authority.practitioner, reverse("audits:good_practice", args=[entry.pk]))
    ]


@pytest.mark.parametrize("state", ["submitted", "moderating", "in_progress"])
def test_what_is_not_final_is_no_candidate(live: CaseAudit, authority: Authority, state: str) -> None:
    type(live.assignment).objects.filter(pk=live.assignment_id).update(state=state)
    assert PRAISED not in read(authority.qa_officer, CANDIDATES)
    assert browser(authority.qa_officer).get(page_of(live)).status_code == 404


def test_what_is_not_final_is_not_published(bracknell_setting: Setting) -> None:
    with pytest.raises(Refused, match="not final"):
        published(allocated_audit(bracknell_setting), bracknell_setting)


def test_what_may_identify_somebody_is_shown_once_and_may_stay(live: CaseAudit, authority: Authority) -> None:
    text = "Barnaby Rudge was met at SL4 1AB and rang 01344 352000. His birthday was 14/03/2015."
    answer = publish(authority.qa_officer, live, what_was_done=text)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not GoodPractice.objects.exists()
    for excerpt, kind in (
        ("Barnaby Rudge", "a name"),
        ("SL4 1AB", "a postcode"),
        ("01344 352000", "a phone number"),
        ("14/03/2015", "a date of birth"),
    ):
        assert f"“{excerpt}” looks like {kind}." in page
    seen = answer.context["form"]["seen"].value()

    other = publish(authority.qa_officer, live, what_was_done=f"{text} Ring Nell Trent.", seen=seen)
    assert other.status_code == 422
    assert "Nell Trent" in other.content.decode()

    assert publish(authority.qa_officer, live, what_was_done=text, seen=seen).status_code == 302


@pytest.mark.parametrize("field", ["title", "what_was_done", "why_it_helped"])
def test_the_childs_reference_never_stands_in_an_entry(
    live: CaseAudit, authority: Authority, field: str
) -> None:
    reference = live.assignment.case.child_ref
    answer = publish(authority.qa_officer, live, **{field: f"For {reference.lower()}, it was right."})
    assert answer.status_code == 422
    assert "The child’s reference stands in the text" in answer.content.decode()
    assert (
        publish(authority.qa_officer, live, **{field: f"For {reference}9, it was right."}).status_code == 302
    )


def test_the_practitioner_is_named_only_when_they_were_asked_and_agreed(
    live: CaseAudit, authority: Authority
) -> None:
    User.objects.filter(pk=authority.practitioner.pk).update(full_name="Priya Holt")
    worker, officer = User.objects.get(pk=authority.practitioner.pk), authority.qa_officer
    text = f"{worker} met the father where he works."
    refused = publish(officer, live, what_was_done=text)
    seen = refused.context["form"]["seen"].value()
    refused = publish(officer, live, what_was_done=text, seen=seen)
    assert "or record that they agreed to be named" in refused.content.decode()

    incomplete = publish(officer, live, is_named="on").content.decode()
    assert "Give the e-mail address of whoever asked the practitioner." in incomplete
    assert "Give the day on which the practitioner agreed." in incomplete

    asked = {"is_named": "on", "asked_by": authority.team_manager.email, "agreed_on": "2026-12-04"}
    assert "is in the future" in publish(officer, live, **asked).content.decode()
    asked["agreed_on"] = "2026-12-02"
    assert publish(officer, live, what_was_done=text, **asked).status_code == 302
    entry = GoodPractice.objects.get()
    url = reverse("audits:good_practice", args=[entry.pk])
    assert str(worker) in read(authority.care_practitioner, url)
    assert "agreed on 2 December 2026" not in read(authority.care_practitioner, url)
    assert "Asked by Team Manager Example, agreed on 2 December 2026" in read(officer, url)


def test_an_agreement_is_whole_in_the_database(entry: GoodPractice, authority: Authority) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GoodPractice.objects.filter(pk=entry.pk).update(named=authority.practitioner)


@pytest.mark.clause("LAN-23")
def test_the_head_of_service_hears_of_an_outstanding_audit_and_proposes_it(
    where: Setting, authority: Authority
) -> None:
    audit = final_audit(where)
    assert told("praise") == [(authority.head_of_service, page_of(audit))]
    assert "Good practice in this audit" in read(
        authority.head_of_service, reverse("audits:audit", args=[audit.pk])
    )
    assert "Propose for the library" in read(authority.head_of_service, page_of(audit))
    proposing = reverse("audits:propose_good_practice", args=[audit.pk])
    assert browser(authority.head_of_service).post(proposing, {"why": ""}).status_code == 422
    answer = browser(authority.head_of_service).post(proposing, {"why": "How calls were made."})
    assert answer.url == page_of(audit)

    assert told("good_practice_proposed") == [(authority.qa_manager, page_of(audit))]
    assert "How calls were made." in read(authority.qa_officer, CANDIDATES)
    again = browser(authority.head_of_service).post(proposing, {"why": "Once more."})
    assert "is proposed already" in again.content.decode()

    leaving_out = reverse("audits:set_aside_good_practice", args=[audit.pk])
    assert browser(authority.qa_officer).post(leaving_out, {"question": ""}).status_code == 302
    assert told("good_practice_set_aside") == [(authority.head_of_service, page_of(audit))]

    publishing = reverse("audits:publish_good_practice", args=[audit.pk])
    assert browser(authority.head_of_service).post(publishing, ENTRY).status_code == 403
    assert browser(authority.qa_officer).post(publishing, ENTRY).status_code == 302
    assert GoodPractice.objects.get().state == "published"
    assert "How calls were made." not in read(authority.qa_officer, CANDIDATES)


@pytest.mark.clause("LAN-23")
def test_the_next_more_senior_manager_hears_where_nobody_is_head_of_service(
    where: Setting, authority: Authority
) -> None:
    authority.post_of[authority.head_of_service].holdings.update(ends_on=date(2026, 11, 1))
    final_audit(where)
    assert [person for person, _ in told("praise")] == [authority.director]


@pytest.mark.parametrize("grade", ["good", "requires_improvement"])
def test_nobody_hears_of_other_grades(where: Setting, grade: str) -> None:
    audit = final_audit(where, grade)
    assert audit.final_grade == grade
    assert told("praise") == []


def test_nobody_hears_where_the_framework_does_not_say_so(authority: Authority) -> None:
    content = shipped("lancashire")
    content["framework"] = {**content["framework"], "praise": None}
    final_audit(Setting(authority, loaded(content, [authority.root])))
    assert told("praise") == []


@pytest.fixture
def restricted(bracknell_setting: Setting, authority: Authority) -> CaseAudit:
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner, restricted=True)
    return final_audit(bracknell_setting, case=case, **{NOTED: PRAISED})


def test_a_restricted_case_is_a_candidate_for_nobody_who_is_not_cleared(
    restricted: CaseAudit, authority: Authority
) -> None:
    officer = authority.qa_officer
    assert PRAISED not in read(officer, CANDIDATES)
    assert browser(officer).get(page_of(restricted)).status_code == 404
    assert publish(officer, restricted).status_code == 404

    CaseClearanceFactory(case=restricted.assignment.case, user=officer)
    assert "Nothing about it can be put into the library" in read(officer, page_of(restricted))
    answer = publish(officer, restricted)
    assert answer.status_code == 422
    assert "The case is restricted" in answer.content.decode()
    with pytest.raises(Refused, match="restricted"):
        propose_good_practice(audit=restricted, why="Well done.", by=officer, now=SETTLED)
    assert not GoodPractice.objects.exists()


def test_an_entry_whose_case_is_restricted_later_is_read_by_the_cleared_only(
    entry: GoodPractice, authority: Authority
) -> None:
    Case.objects.filter(pk=entry.assignment.case_id).update(
        is_restricted=True, restriction_reason="A relative works here"
    )
    url = reverse("audits:good_practice", args=[entry.pk])
    assert ENTRY["title"] not in read(authority.qa_officer, LIBRARY)
    assert browser(authority.qa_officer).get(url).status_code == 404
    CaseClearanceFactory(case=entry.assignment.case, user=authority.qa_officer)
    assert ENTRY["title"] in read(authority.qa_officer, url)


def test_an_entry_is_changed_by_one_at_a_time_and_withdrawn_with_a_reason(
    entry: GoodPractice, authority: Authority
) -> None:
    officer = authority.qa_officer
    changing = reverse("audits:change_good_practice", args=[entry.pk])
    values = {**ENTRY, "title": "Fathers at the table", "read": "1"}
    assert browser(officer).post(changing, values).status_code == 302
    assert browser(officer).post(changing, {**values, "title": "Late"}).status_code == 409
    assert "Fathers at the table" in read(authority.practitioner, LIBRARY)

    withdrawing = reverse("audits:withdraw_good_practice", args=[entry.pk])
    assert browser(officer).post(withdrawing, {}).status_code == 422
    assert browser(officer).post(withdrawing, {"reason": "They left the service."}).status_code == 302
    url = reverse("audits:good_practice", args=[entry.pk])
    assert "Fathers at the table" not in read(authority.practitioner, LIBRARY)
    assert browser(authority.practitioner).get(url).status_code == 404
    assert "They left the service." in read(officer, url)
    assert told("good_practice_withdrawn") == [(authority.practitioner, "")]
    assert browser(officer).get(changing).status_code == 404
    assert [one.history_change_reason for one in entry.history.order_by("pk")] == [
        "Published",
        "Changed",
        "Withdrawn",
    ]


def test_what_was_withdrawn_can_come_back(
    entry: GoodPractice, live: CaseAudit, bracknell_setting: Setting, authority: Authority
) -> None:
    withdraw_good_practice(entry=entry, reason="Too soon.", by=authority.qa_officer, now=SETTLED)
    again = published(live, bracknell_setting, question=NOTED, now=SETTLED + timedelta(hours=1))
    assert (again.pk, again.state, again.end_reason) == (entry.pk, "published", "")


def test_two_who_publish_the_same_make_one_entry(
    entry: GoodPractice, live: CaseAudit, bracknell_setting: Setting
) -> None:
    with pytest.raises(SomebodyElseWasFirst):
        published(live, bracknell_setting, question=NOTED)
    stale = GoodPractice.objects.get(pk=entry.pk)
    withdraw_good_practice(entry=entry, reason="Too soon.", by=bracknell_setting.auditor, now=SETTLED)
    with pytest.raises(SomebodyElseWasFirst):
        change_good_practice(
            entry=stale,
            read=stale.version,
            telling=TELLING,
            naming=None,
            by=bracknell_setting.auditor,
            now=SETTLED,
        )


def test_a_candidate_is_set_aside_and_published_all_the_same(
    live: CaseAudit, bracknell_setting: Setting, authority: Authority
) -> None:
    url = reverse("audits:set_aside_good_practice", args=[live.pk])
    answer = browser(authority.qa_officer).post(url, {"question": NOTED})
    assert answer.url == page_of(live)
    assert PRAISED not in read(authority.qa_officer, CANDIDATES)
    assert "Not for the library" in read(authority.qa_officer, page_of(live))
    assert ENTRY["title"] not in read(authority.qa_officer, LIBRARY)
    published(live, bracknell_setting, question=NOTED)
    late = browser(authority.qa_officer).post(url, {"question": NOTED}, follow=True)
    assert "Somebody else has decided on this" in late.content.decode()
    assert GoodPractice.objects.get().state == "published"


def test_only_questions_that_note_good_practice_lead_to_an_entry(
    live: CaseAudit, authority: Authority
) -> None:
    assert publish(authority.qa_officer, live, "engagement_practice_model").status_code == 404


def test_the_library_is_narrowed_by_word_topic_and_function(where: Setting, authority: Authority) -> None:
    care = CaseFactory(unit=authority.care_team_1, worker=authority.care_practitioner)
    fathers = published(final_audit(where), where)
    babies = published(
        final_audit(where, case=care, month=10),
        where,
        telling=replace(TELLING, title="Babies are watched", topics=("babies", "SEND")),
        now=SETTLED + timedelta(minutes=1),
    )
    assert (fathers.unit, babies.unit) == (authority.duty, authority.care)
    reader = authority.practitioner
    page = read(reader, LIBRARY)
    assert page.index(babies.title) < page.index(fathers.title)
    for query, shown in (
        ({"word": "WATCHED"}, [babies]),
        ({"word": "four adults"}, [fathers, babies]),
        ({"word": "nothing like it"}, []),
        ({"topic": "fathers"}, [fathers]),
        ({"topic": "send"}, [babies]),
        ({"topic": "end"}, [fathers, babies]),
        ({"function": str(authority.care.pk)}, [babies]),
        ({"function": str(authority.duty.pk), "topic": "babies"}, []),
    ):
        page = read(reader, LIBRARY, **query)
        assert [one for one in (fathers, babies) if one.title in page] == shown, query


def test_the_library_is_read_where_its_framework_holds(
    authority: Authority, bracknell_setting: Setting, entry: GoodPractice
) -> None:
    framework = bracknell_setting.version.framework
    framework.units.set([authority.duty])
    elsewhere = UnitFactory(code="elsewhere", name="Elsewhere", kind=Unit.Kind.AUTHORITY)
    stranger = authority.appoint("stranger", "director", elsewhere)
    readers = {
        name
        for name in ("practitioner", "head_of_service", "director", "care_practitioner", "qa_officer")
        if library(getattr(authority, name), SETTLED.date()).exists()
    }
    assert readers == {"practitioner", "head_of_service", "director", "qa_officer"}
    assert not library(stranger, SETTLED.date()).exists()
    url = reverse("audits:good_practice", args=[entry.pk])
    assert browser(authority.care_practitioner).get(url).status_code == 404


def test_a_long_library_has_pages(bracknell_setting: Setting, authority: Authority) -> None:
    questions = [f"{section}_good_practice" for section in ("engagement", "multi_agency", "risk_and_need")]
    for number in range(4):
        audit = final_audit(bracknell_setting, month=11 - number)
        for question in questions:
            told_of = replace(TELLING, title=f"Entry {number} {question}")
            published(
                audit,
                bracknell_setting,
                question=question,
                telling=told_of,
                now=SETTLED + timedelta(minutes=number),
            )
    first = browser(authority.practitioner).get(LIBRARY)
    page = first.context["library"].page
    assert len(page.rows) == 10
    second = browser(authority.practitioner).get(f"{LIBRARY}{page.next_url}").context["library"].page
    assert {one.pk for one in second.rows}.isdisjoint(one.pk for one in page.rows)
    assert len(second.rows) == 2


def test_the_database_holds_what_an_entry_needs(entry: GoodPractice) -> None:
    for values in ({"title": ""}, {"published_at": None}, {"state": "withdrawn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            GoodPractice.objects.filter(pk=entry.pk).update(**values)


def test_asking_and_agreeing_are_kept_with_the_person(
    live: CaseAudit, bracknell_setting: Setting, authority: Authority
) -> None:
    naming = Naming(authority.team_manager, date(2026, 12, 1))
    entry = publish_good_practice(
        audit=fresh(live),
        question="",
        telling=TELLING,
        naming=naming,
        by=authority.qa_officer,
        now=SETTLED,
    )
    assert (entry.named, entry.asked_by, entry.agreed_on) == (
        authority.practitioner,
        authority.team_manager,
        date(2026, 12, 1),
    )


def test_two_frameworks_have_libraries_of_their_own(authority: Authority, entry: GoodPractice) -> None:
    lancashire = setting(authority)
    lancashire.version.framework.units.set([authority.care])
    entry.framework.units.set([authority.duty])
    published(final_audit(lancashire), lancashire, telling=replace(TELLING, title="Of the other one"))
    assert {one.title for one in library(authority.practitioner, SETTLED.date())} == {TELLING.title}
    assert {one.title for one in library(authority.care_practitioner, SETTLED.date())} == {"Of the other one"}
