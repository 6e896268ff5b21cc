"""What could not be allocated: on a page until it is solved, and in one notice."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from audits.models import CaseAudit, SampleDraw
from audits.reaudits import NO_AUDITOR, NO_CASE
from audits.tasks import draw_due_samples, open_due_work
from audits.unallocated import NOT_DRAWN, UNSUITABLE, all_unallocated
from audits.workflow import do_without_reaudit, draw_month, open_due_reaudits
from qaframework.actions.models import LoopClosure
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import reallocate, withdraw
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.audits import Setting
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory

DRAWN = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
NEXT_DAY = date(2026, 11, 2)
REAUDIT = date(2027, 2, 10)


@pytest.fixture
def programme(authority: Authority) -> Programme:
    """The managers of two teams owe December's audits; one of the teams has no case."""
    programme = empty_year(authority)
    for user in (authority.team_manager, authority.team_manager_2):
        owe(programme, authority, user, "2026-12")
    for number in range(6):
        CaseFactory(
            child_ref=f"DUTY-{number}",
            unit=authority.duty_team_1,
            worker=authority.practitioner,
            opened_on=date(2025, 6, 1),
        )
    return programme


def owe(programme: Programme, authority: Authority, user, period: str) -> Assignment:
    return AssignmentFactory(
        programme=programme,
        framework_version=programme.framework.versions.get(),
        post=authority.post_of[user],
        period=period,
    )


@pytest.fixture
def left(programme: Programme) -> Assignment:
    """Work whose draw had no case that its post may audit."""
    draw_month(framework=programme.framework, month=Month(2026, 12), seed="7", by=None, now=DRAWN)
    return Assignment.objects.get(state="planned")


def told(kind: str = "unallocated") -> list[tuple[str, str]]:
    notices = Notice.objects.filter(kind=kind).order_by("pk")
    return [(notice.recipient.email.split("@")[0], notice.subject) for notice in notices]


def test_work_without_a_case_is_found_until_another_post_takes_it(authority, left, time_machine):
    (one,) = all_unallocated(NEXT_DAY)
    assert (one.what, one.why, one.since) == ("Learning space, December 2026", UNSUITABLE, DRAWN.date())
    assert one.whose == "Team manager, Duty team 1\nDuty team 1"
    assert one.url == reverse("allocation:reallocate", args=[left.pk])
    senior = authority.post_of[authority.senior_manager]
    reallocate(assignment=left, to_post=senior, reason="No case", by=authority.qa_officer, now=DRAWN)
    time_machine.move_to(DRAWN)
    assert draw_due_samples() == 1
    assert all_unallocated(NEXT_DAY) == []


def test_too_few_cases_are_the_reason_when_the_pool_had_no_more(authority, programme):
    Case.objects.exclude(child_ref="DUTY-0").delete()
    draw_month(framework=programme.framework, month=Month(2026, 12), seed="7", by=None, now=DRAWN)
    assert {one.why for one in all_unallocated(NEXT_DAY)} == {
        "Only 1 case could be drawn for the 2 audits that were owed."
    }


def test_an_empty_pool_is_the_reason_in_plain_words(authority, programme, client):
    Case.objects.all().delete()
    draw_month(framework=programme.framework, month=Month(2026, 12), seed="7", by=None, now=DRAWN)
    assert {one.why for one in all_unallocated(NEXT_DAY)} == {
        "No case could be drawn for the 2 audits that were owed."
    }
    client.force_login(authority.qa_officer)
    story = client.get(reverse("audits:draw", args=[SampleDraw.objects.get().pk])).context["shown"].story
    assert "0 cases were drawn at random." in story[0]
    assert "were told" not in story[0]


def test_a_draw_that_did_not_come_is_told_from_the_next_day_on(authority, programme):
    assert all_unallocated(DRAWN.date()) == []
    found = all_unallocated(NEXT_DAY)
    assert [(one.why, one.since) for one in found] == [(NOT_DRAWN, DRAWN.date())] * 2


def test_what_a_past_month_still_owes_can_only_be_withdrawn(authority, left):
    (one,) = all_unallocated(date(2027, 1, 4))
    assert (one.remedy, one.url) == ("Withdraw", reverse("allocation:withdraw", args=[left.pk]))
    withdraw(assignment=left, reason="The month is over", by=authority.qa_officer, now=DRAWN)
    assert all_unallocated(date(2027, 1, 4)) == []


def test_work_that_is_not_due_yet_or_needs_no_draw_is_not_there(authority, programme):
    Assignment.objects.update(period="2027-01")
    AssignmentFactory(
        programme=programme,
        framework_version=programme.framework.versions.get(),
        post=authority.post_of[authority.team_manager],
        period="2026-12",
        activity="dip_sample",
        kind="dip_sample",
    )
    assert all_unallocated(NEXT_DAY) == []


def test_a_year_without_a_programme_is_told_when_its_first_draw_is_due(authority, programme):
    Assignment.objects.all().delete()
    assert all_unallocated(date(2027, 2, 28)) == []
    (one,) = all_unallocated(date(2027, 3, 1))
    assert one.what == "All work of April 2027 to March 2028"
    assert (one.since, one.url) == (date(2027, 3, 1), reverse("allocation:make_programme"))
    Programme.objects.create(
        framework=programme.framework,
        year=2027,
        starts_on=date(2027, 4, 1),
        ends_on=date(2028, 3, 31),
        created_at=DRAWN,
    )
    assert all_unallocated(date(2027, 3, 1)) == []


def test_a_reaudit_waits_for_a_case_then_for_an_auditor(where: Setting, first_audit):
    (one,) = all_unallocated(REAUDIT)
    loop = LoopClosure.objects.get()
    assert (one.what, one.why) == (f"Re-audit after case {loop.case.child_ref}", NO_CASE)
    assert one.since == date(2027, 2, 7)
    CaseFactory(unit=where.authority.duty_team_1, worker=where.worker)
    assert all_unallocated(REAUDIT) == []
    CaseAudit.objects.filter(pk=first_audit.pk).update(auditor=where.authority.senior_manager)
    assert [one.why for one in all_unallocated(REAUDIT)] == [NO_AUDITOR]


def test_a_restricted_case_is_not_named(where: Setting, first_audit):
    loop = LoopClosure.objects.get()
    Case.objects.filter(pk=loop.case_id).update(is_restricted=True, restriction_reason="Related")
    (one,) = all_unallocated(REAUDIT)
    assert one.what == "Re-audit after a restricted case"
    assert loop.worker.full_name not in one.whose


# The page


@pytest.fixture
def qa(client, authority):
    client.force_login(authority.qa_officer)
    with time_machine.travel(datetime(2026, 11, 2, 10, 0, tzinfo=UTC), tick=False):
        yield client


def test_the_qa_team_reads_what_waits_why_and_what_helps(qa, left):
    page = qa.get(reverse("audits:unallocated"))
    assert page.context["rows"] == [
        [
            "Learning space, December 2026",
            "Team manager, Duty team 1\nDuty team 1",
            UNSUITABLE,
            "1 November 2026",
            {"text": "Move or withdraw", "url": reverse("allocation:reallocate", args=[left.pk])},
        ]
    ]
    Assignment.objects.filter(pk=left.pk).update(state="withdrawn")
    assert "Nothing waits" in qa.get(reverse("audits:unallocated")).content.decode()


def test_the_pages_they_begin_with_bring_in_how_much_waits(qa, left, client, authority):
    url = reverse("audits:unallocated")
    for name in ("allocation:return_board", "audits:draws"):
        assert f'hx-get="{url}"' in qa.get(reverse(name)).content.decode()
    part = qa.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "1 piece of work could not be allocated" in part
    assert "<html" not in part
    Assignment.objects.filter(pk=left.pk).update(state="withdrawn")
    assert "could not" not in qa.get(url, headers={"HX-Request": "true"}).content.decode()
    client.force_login(authority.senior_manager)
    assert url not in client.get(reverse("allocation:return_board")).content.decode()


def test_another_authoritys_officer_sees_nothing_of_it(qa, left, first_audit, outside_officer):
    qa.force_login(outside_officer)
    assert qa.get(reverse("audits:unallocated")).context["rows"] == []


def decide(client, loop: LoopClosure, reason: str):
    return client.post(reverse("audits:no_reaudit", args=[loop.pk]), {"reason": reason})


def test_a_reaudit_that_cannot_come_about_is_done_without_and_the_reason_stays(qa, first_audit, authority):
    loop = LoopClosure.objects.get()
    assert all_unallocated(REAUDIT)[0].url == reverse("audits:no_reaudit", args=[loop.pk])
    assert decide(qa, loop, " ").status_code == 422
    assert decide(qa, loop, "The practitioner has left.").status_code == 302
    assert all_unallocated(REAUDIT) == []
    CaseFactory(unit=authority.duty_team_1, worker=loop.worker)
    assert open_due_reaudits(now=datetime(2027, 2, 10, 6, 0, tzinfo=UTC)) == []
    entry = loop.history.order_by("history_id").last()
    assert (entry.history_user, entry.no_reaudit_reason) == (
        authority.qa_officer,
        "The practitioner has left.",
    )
    shown = qa.get(reverse("actions:loop", args=[loop.pk])).content.decode()
    assert "The practitioner has left." in shown
    assert "decided against" in shown
    assert "None, with a reason" in qa.get(reverse("actions:loops")).content.decode()
    assert decide(qa, loop, "Again.").status_code == 404


def test_a_reaudit_that_was_opened_in_the_meantime_is_not_done_without(first_audit, authority):
    loop = LoopClosure.objects.get()
    CaseFactory(unit=authority.duty_team_1, worker=loop.worker)
    open_due_reaudits(now=datetime(2027, 2, 10, 6, 0, tzinfo=UTC))
    with pytest.raises(Refused, match="audited already"):
        do_without_reaudit(loop=loop, reason="Has left.", by=authority.qa_officer, now=DRAWN)
    assert LoopClosure.objects.get().no_reaudit_reason == ""


def test_only_who_is_cleared_decides_on_the_reaudit_after_a_restricted_case(qa, first_audit, authority):
    loop = LoopClosure.objects.get()
    Case.objects.filter(pk=loop.case_id).update(is_restricted=True, restriction_reason="Related")
    assert decide(qa, loop, "Has left.").status_code == 404
    CaseClearanceFactory(case=loop.case, user=authority.qa_officer, review_on=date(2027, 3, 1))
    assert decide(qa, loop, "Has left.").status_code == 302


# Notices and the command


def test_the_qa_manager_is_told_once_for_each_cause(authority, programme, time_machine):
    owe(programme, authority, authority.head_of_service, "2027-01")
    time_machine.move_to(datetime(2026, 11, 3, 6, 0, tzinfo=UTC))
    open_due_work()
    assert told() == [("qa_manager", "Could not be allocated: Learning space, December 2026")]
    notice = Notice.objects.get(kind="unallocated")
    assert notice.body.startswith("2 pieces of work could not be allocated.")
    assert notice.url == reverse("audits:unallocated")
    open_due_work()
    assert len(told()) == 1
    time_machine.move_to(datetime(2026, 12, 3, 6, 0, tzinfo=UTC))
    open_due_work()
    assert [subject for _, subject in told()][1:] == ["Could not be allocated: Learning space, January 2027"]


def test_the_command_says_what_could_not_be_allocated(left):
    output = StringIO()
    call_command("open_work", "--at=2026-11-02", "--json", stdout=output)
    assert json.loads(output.getvalue())["warnings"] == [f"Learning space, December 2026: {UNSUITABLE}"]
