"""Dip samples of finished work: the program draws what they look at, and anyone can check it."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from audits.models import CaseAudit, DipSample, DipSampleDraw
from qaframework.actions.models import LoopClosure
from qaframework.caseload.models import Case
from qaframework.tools.reading import values_of
from tests.audits.drawn import LATELY, LONG_AGO, NOW, Open, drawn, page, url, verified
from tests.factories.activities import fill_in, fresh
from tests.factories.audits import Setting, setting
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import loaded, shipped
from tests.factories.samples import asked_for, closed_action, finished_audit, sample_of, with_samples

pytestmark = pytest.mark.usefixtures("today_is_25_november")


@pytest.fixture
def bedford(authority: Authority) -> Setting:
    return setting(authority, "bedford")


@pytest.mark.clause("BED-17")
def test_the_qa_team_looks_at_the_quality_of_audits_that_are_drawn_for_them(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    qa = bedford.authority.qa_officer
    audits = [finished_audit(bedford, at=LATELY) for _ in range(7)]
    own = finished_audit(bedford, at=LATELY, auditor=qa)
    old = finished_audit(bedford, at=LONG_AGO)
    sample = open_sample(bedford, qa, "audit_dip_sample")
    assert len(drawn(sample)) == len(set(drawn(sample))) == 5
    assert set(drawn(sample)) <= {f"Audit {one.pk}" for one in audits}
    assert not {f"Audit {own.pk}", f"Audit {old.pk}"} & set(drawn(sample))
    overview = page(client, "activity", sample)
    for one in sample.draw.records.all():
        address = reverse("audits:audit", args=[one.audit_id])
        assert f'href="{address}"' in overview
        assert client.get(address).status_code == 200
        assert f'href="{address}"' in page(client, "section", sample, "audits")
    answers = {f"evidence__r{row}": "no" if row == 5 else "yes" for row in range(1, 6)}
    for key, value in answers.items():
        address = f"{url('answer', sample)}?question_key={key}"
        assert client.post(address, {"value": value, "version": "0"}).status_code == 200
    missing = client.post(url("hand_in", sample)).context["problems"]
    assert (f"{drawn(sample)[0]}: 6 answers missing") in [said for said, _ in missing["The audits"]]
    fill_in(sample, qa, NOW)
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open
    shown = client.get(url("read", sample))
    assert shown.context["results"]["rows"][0][1:4] == [4, 0, 1]
    assert verified(sample)["matches"] is True


@pytest.mark.clause("BED-17")
def test_the_qa_team_looks_whether_closed_actions_were_followed_through(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    authority = bedford.authority
    qa, worker = authority.qa_officer, authority.post_of[authority.practitioner]
    audits = [finished_audit(bedford, at=LATELY) for _ in range(3)]
    closed = [closed_action(one, worker, verified_by=authority.team_manager, at=LATELY) for one in audits]
    own = closed_action(audits[0], authority.post_of[qa], verified_by=authority.director, at=LATELY)
    sample = open_sample(bedford, qa, "action_dip_sample")
    assert set(drawn(sample)) == {f"Action {one.pk}" for one in closed}
    assert sample.draw.shortfall == 2
    assert sample.draw.exclusions == {"Their own work, or decided by them": 1}
    overview = page(client, "activity", sample)
    assert "5 were asked for and 2 could not be drawn" in overview
    assert all(f'href="{reverse("actions:action", args=[one.pk])}"' in overview for one in closed)
    assert f"Action {own.pk}" not in overview
    fill_in(sample, qa, NOW)
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open
    assert "3 of 3" in page(client, "read", sample)


def test_opening_it_again_draws_nothing_anew(client: Client, bedford: Setting, open_sample: Open) -> None:
    for _ in range(8):
        finished_audit(bedford, at=LATELY)
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    before = drawn(sample)
    client.get(reverse("open_work", args=[sample.assignment_id]), follow=True)
    assert drawn(sample_of(sample.assignment)) == before
    assert DipSampleDraw.objects.count() == 1


def test_a_later_sample_looks_at_others(bedford: Setting, open_sample: Open) -> None:
    for _ in range(7):
        finished_audit(bedford, at=LATELY)
    first = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    second = open_sample(bedford, bedford.authority.qa_manager, "audit_dip_sample")
    assert not set(drawn(first)) & set(drawn(second))
    assert len(drawn(second)) == 2
    assert second.draw.exclusions == {"Looked at in an earlier sample of this kind": 5}


def test_without_anything_to_look_at_it_can_be_handed_in_as_it_is(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    assert drawn(sample) == []
    assert "There was nothing that could be drawn." in page(client, "activity", sample)
    assert "Nothing has been drawn" in page(client, "section", sample, "audits")
    client.post(url("hand_in", sample))
    assert not fresh(sample).is_open
    assert "What it adds up to" not in page(client, "read", sample)


def test_restricted_cases_are_only_for_those_who_are_cleared(bedford: Setting, open_sample: Open) -> None:
    authority = bedford.authority
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    audit = finished_audit(bedford, at=LATELY, case=case)
    Case.objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Family of staff")
    without = open_sample(bedford, authority.qa_officer, "audit_dip_sample")
    assert drawn(without) == []
    assert without.draw.exclusions == {"Restricted case": 1}
    CaseClearanceFactory(case=case, user=authority.qa_manager)
    cleared = open_sample(bedford, authority.qa_manager, "audit_dip_sample")
    assert drawn(cleared) == [f"Audit {audit.pk}"]


def test_a_reader_who_may_not_open_what_was_drawn_sees_no_link(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    authority = bedford.authority
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    audit = finished_audit(bedford, at=LATELY, case=case)
    sample = open_sample(bedford, authority.qa_officer, "audit_dip_sample")
    Case.objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Family of staff")
    client.force_login(authority.qa_manager)
    text = page(client, "activity", sample)
    assert "You may not open it" in text
    assert reverse("audits:audit", args=[audit.pk]) not in text
    assert case.child_ref not in text


def test_rows_that_were_drawn_cannot_be_changed_or_added_to(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    finished_audit(bedford, at=LATELY)
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    for key in ("row_ref__r1", "evidence__r2"):
        response = client.post(
            f"{url('answer', sample)}?question_key={key}", {"value": "yes", "version": "1"}
        )
        assert response.status_code == 422
    section = client.get(f"{url('section', sample, 'audits')}?rows=4").content.decode()
    assert "add_row" not in section
    assert "evidence__r2" not in section
    assert list(values_of(sample.answer_set)) == ["row_ref__r1"]


def test_why_these_says_step_by_step_how_they_were_drawn(
    client: Client, bedford: Setting, open_sample: Open
) -> None:
    authority = bedford.authority
    for _ in range(6):
        finished_audit(bedford, at=LATELY)
    finished_audit(bedford, at=LATELY, auditor=authority.qa_officer)
    sample = open_sample(bedford, authority.qa_officer, "audit_dip_sample")
    text = page(client, "why", sample)
    assert "Audits that were handed in since 25 August 2026: 7. Of these, 6 could be drawn." in text
    assert "Their own work, or decided by them" in text
    assert "The draw matches its record." in text
    assert sample.draw.seed in text
    assert sample.draw.frame_hash in text
    DipSampleDraw.objects.update(frame_hash="0" * 64)
    assert "The draw does not match its record." in page(client, "why", sample)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "another"}, "when drawn again"),
        ({"frame_hash": "0" * 64}, "is not the one recorded"),
        ({"shortfall": 3}, "shortfall"),
        ({"exclusions": {"Restricted case": 9}}, "leaving some out"),
        ({"size": 4}, "not those of the framework"),
    ],
)
def test_a_changed_record_does_not_match(
    bedford: Setting, open_sample: Open, change: dict[str, Any], said: str
) -> None:
    for _ in range(12):
        finished_audit(bedford, at=LATELY)
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    assert verified(sample)["matches"] is True
    DipSampleDraw.objects.update(**change)
    with pytest.raises(CommandError, match=said):
        call_command("verify_draw", str(sample.pk), "--dip-sample", stdout=StringIO())


def test_a_ticket_that_is_not_its_own_does_not_match(bedford: Setting, open_sample: Open) -> None:
    finished_audit(bedford, at=LATELY)
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    sample.draw.records.update(ticket="f" * 64)
    with pytest.raises(CommandError, match="ticket of Audit"):
        call_command("verify_draw", str(sample.pk), "--dip-sample", stdout=StringIO())


def test_a_dip_sample_whose_rows_are_chosen_has_no_draw(client: Client, where: Setting) -> None:
    assignment = asked_for(where, where.authority.team_manager, "dip_sample", now=NOW)
    client.force_login(where.authority.team_manager)
    client.get(reverse("open_work", args=[assignment.pk]), follow=True)
    sample = DipSample.objects.get(assignment=assignment)
    assert client.get(url("why", sample)).status_code == 404
    assert client.get(url("choose", sample)).status_code == 404
    with pytest.raises(CommandError, match="There is no draw for dip sample"):
        call_command("verify_draw", str(sample.pk), "--dip-sample", stdout=StringIO())


def test_closed_loops_can_be_looked_at_where_the_framework_closes_them(
    client: Client, authority: Authority, first_audit: CaseAudit, open_sample: Open
) -> None:
    """Nobody looks at a loop whose meeting they held or which they authorised."""
    version = loaded(with_samples(shipped("lancashire")), [authority.root])
    LoopClosure.objects.update(authorised_at=LATELY)
    where = Setting(authority, version)
    loop = LoopClosure.objects.get()
    sample = open_sample(where, authority.director, "loop_sample")
    assert drawn(sample) == [f"Loop {loop.pk}"]
    assert f'href="{reverse("actions:loop", args=[loop.pk])}"' in page(client, "activity", sample)
    theirs = open_sample(where, authority.head_of_service, "loop_sample")
    assert theirs.draw.exclusions == {"Their own work, or decided by them": 1}


def test_a_reader_is_not_asked_more_of_the_database_for_more_rows(
    client: Client,
    bedford: Setting,
    open_sample: Open,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        finished_audit(bedford, at=LATELY)
    sample = open_sample(bedford, bedford.authority.qa_officer, "audit_dip_sample")
    page(client, "section", sample, "audits")
    for name, most in (("activity", 12), ("why", 13), ("read", 13)):
        with django_assert_max_num_queries(most):
            page(client, name, sample)
    with django_assert_max_num_queries(11):
        page(client, "section", sample, "audits")
