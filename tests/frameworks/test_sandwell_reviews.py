"""Mid-point reviews, follow-up of audits and what safeguarding unit managers see of them, in Sandwell."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audits.models import CaseAudit, CaseReview
from audits.unallocated import NO_REVIEWER, all_unallocated
from audits.workflow import open_case_reviews, open_due_work
from qaframework.activities.workflow import open_activity
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.caseload.workflow import close_case
from qaframework.notices.models import Notice
from qaframework.people.models import Post, Unit, User
from tests.factories.activities import fill_in
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.frameworks.conftest import Employ, Grow, Plan
from tests.frameworks.test_sandwell import MONTHS, PAIRS, QUARTERS, months, once_in_each

REVIEWED_ON = date(2026, 2, 10)  # the next on 10 August, and halfway 11 May
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
AUDITED_AT = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
THREE_MONTHS_LATER = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)


class Trust:
    """A care team and the safeguarding unit: its manager, three reviewing officers and a conference chair."""

    def __init__(self, grow: Grow, employ: Employ) -> None:
        care, unit = grow("care", Unit.Kind.FUNCTION), grow("safeguarding-unit", Unit.Kind.FUNCTION)
        self.team = grow("care-team", Unit.Kind.TEAM, care)
        (self.team_manager,) = employ(self.team, "team_manager")
        (self.worker,) = employ(self.team, "practitioner", reports_to=self.team_manager)
        (self.manager,) = employ(unit, "senior_manager")
        self.iros = employ(unit, "iro", 3, reports_to=self.manager)
        (self.chair,) = employ(unit, "cp_chair", reports_to=self.manager)

    def child(self, plan_type: str = "child_in_care", **values: Any) -> Case:
        told = {"unit": self.team, "worker": holder(self.worker), "last_review_on": REVIEWED_ON}
        case: Case = CaseFactory(plan_type=plan_type, opened_on=date(2025, 9, 1), **told | values)
        return case

    def audited(
        self, programme: Programme, case: Case, by: Post, activity: str = "learning_audit"
    ) -> CaseAudit:
        """A final audit of the case."""
        on, how = AUDITED_AT.date(), {"by": None, "now": AUDITED_AT}
        work = allocation.add_work(programme=programme, activity=activity, post=by, starts_on=on, **how)
        values = {"case": case, "worker": case.worker, "unit": self.team, "selection": "random"}
        allocation.allocate(assignment=work, allocated_on=on, **how, **values)
        audit = open_activity(CaseAudit, assignment=work, by=None, now=AUDITED_AT)
        allocation.mark_submitted(assignment=work, by=holder(by), now=AUDITED_AT)
        allocation.finish(assignment=work, by=holder(by), now=AUDITED_AT)
        done = {"impact": "Safer.", "overall_grade": "good", "submitted_at": AUDITED_AT}
        CaseAudit.objects.filter(pk=audit.pk).update(auditor=holder(by), final_grade="good", **done)
        return audit


def holder(post: Post) -> User:
    user: User = post.holdings.get().user
    return user


def work_on(case: Case) -> Assignment:
    found: Assignment = Assignment.objects.get(case=case, kind="case_review")
    return found


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def trust(root: Unit, grow: Grow, employ: Employ) -> Trust:
    employ(root, "head_of_service")
    employ(root, "qa_manager")
    return Trust(grow, employ)


@pytest.mark.clause("SAN-15")
def test_every_child_in_care_is_looked_at_halfway_between_two_reviews_by_a_reviewing_officer(
    trust: Trust, plan: Plan, client: Client
) -> None:
    plan("sandwell")
    case = trust.child()
    assert open_due_work(now=NOW - timedelta(days=2)).case_reviews == 0
    assert open_due_work(now=NOW).case_reviews == 1
    work = work_on(case)
    assert work.post in trust.iros
    assert (work.activity, work.state, work.due_on) == ("midpoint_review", "allocated", date(2026, 5, 27))
    owner = holder(work.post)
    client.force_login(owner)
    assert "Mid-point review" in client.get(reverse("allocation:my_work")).content.decode()
    page = client.get(reverse("open_work", args=[work.pk]), follow=True)
    assert "10 February 2026" in page.content.decode()
    review = CaseReview.objects.select_related("assignment", "answer_set").get(case=case)
    fill_in(review, owner, NOW)
    raise_here = reverse("actions:challenge_raise", args=[review.assignment.case_id])
    assert raise_here in page.content.decode()
    assert "Dispute resolution notification" in client.get(raise_here).content.decode()
    client.post(reverse("audits:case_review_hand_in", args=[review.pk]))
    work.refresh_from_db()
    assert work.state == "final"
    told = Notice.objects.filter(recipient=holder(trust.worker)).get()
    assert told.kind == "written_up"


@pytest.mark.clause("SAN-15")
def test_conference_chairs_look_at_children_with_a_child_protection_plan(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    case, other = trust.child("child_protection"), trust.child("child_in_need")
    open_case_reviews(now=NOW)
    assert work_on(case).post == trust.chair
    assert not Assignment.objects.filter(case=other).exists()


@pytest.mark.clause("SAN-15")
def test_officers_share_them_evenly_and_nothing_is_opened_twice(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    for _ in range(4):
        trust.child()
    assert len(open_case_reviews(now=NOW)) == 4
    for _ in range(4):
        trust.child()
    assert len(open_case_reviews(now=NOW)) == 4
    owned = Counter(Assignment.objects.filter(kind="case_review").values_list("post", flat=True))
    assert sorted(owned.values()) == [2, 3, 3]
    assert open_case_reviews(now=LATER) == []


def test_the_database_keeps_a_second_one_away(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    first, second = trust.child(), trust.child()
    open_case_reviews(now=NOW)
    review = CaseReview.objects.get(case=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseReview.objects.filter(pk=review.pk).update(case=first)


@pytest.mark.clause("SAN-15")
def test_a_case_that_was_reviewed_or_closed_before_it_was_begun_is_called_off(
    trust: Trust, plan: Plan
) -> None:
    plan("sandwell")
    closed, reviewed, begun = trust.child(), trust.child(), trust.child()
    open_case_reviews(now=NOW)
    allocation.begin(assignment=work_on(begun), by=holder(work_on(begun).post), now=NOW)
    close_case(case=closed, closed_on=date(2026, 5, 14), reason="Adopted", by=None, now=LATER)
    again = Case.objects.filter(pk__in=[reviewed.pk, begun.pk])
    again.update(last_review_on=date(2026, 5, 15))
    assert open_due_work(now=LATER).reviews_called_off == 2
    assert [work_on(case).state for case in (closed, reviewed, begun)] == [
        "withdrawn",
        "withdrawn",
        "in_progress",
    ]
    reason = work_on(reviewed).history.first().history_change_reason
    assert reason == "The case was reviewed again on 15 May 2026."
    owner = holder(work_on(closed).post)
    notice = Notice.objects.get(recipient=owner, kind="called_off", subject__contains=closed.child_ref)
    assert "no longer open" in notice.body
    assert open_due_work(now=LATER).reviews_called_off == 0


@pytest.mark.clause("SAN-15")
def test_after_the_next_review_there_is_a_next_one(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    case = trust.child()
    open_case_reviews(now=NOW)
    Case.objects.filter(pk=case.pk).update(last_review_on=date(2026, 8, 10))
    assert open_case_reviews(now=datetime(2026, 11, 8, 9, 0, tzinfo=UTC)) == []
    assert len(open_case_reviews(now=datetime(2026, 11, 10, 9, 0, tzinfo=UTC))) == 1
    found = CaseReview.objects.filter(case=case).order_by("pk").values_list("last_review_on", flat=True)
    assert list(found) == [REVIEWED_ON, date(2026, 8, 10)]


def test_none_is_opened_once_the_next_review_is_expected_nor_for_a_moment_before_the_programme(
    trust: Trust, plan: Plan
) -> None:
    plan("sandwell")
    trust.child()
    trust.child(last_review_on=date(2025, 12, 1))  # halfway on 1 March
    assert open_case_reviews(now=datetime(2026, 8, 10, 9, 0, tzinfo=UTC)) == []
    assert open_case_reviews(now=datetime(2026, 5, 1, 9, 0, tzinfo=UTC)) == []
    assert len(open_case_reviews(now=datetime(2026, 8, 9, 9, 0, tzinfo=UTC))) == 1


@pytest.mark.clause("SAN-15")
def test_a_restricted_case_goes_only_to_an_officer_who_is_cleared(
    trust: Trust, plan: Plan, client: Client
) -> None:
    plan("sandwell")
    case = trust.child(is_restricted=True, restriction_reason="A relative works here.")
    assert open_case_reviews(now=NOW) == []
    (waiting,) = [one for one in all_unallocated(NOW.date()) if one.why == NO_REVIEWER]
    assert waiting.what == "Mid-point review, a restricted case"
    CaseClearanceFactory(case=case, user=holder(trust.iros[2]), review_on=date(2026, 12, 31))
    assert len(open_case_reviews(now=NOW)) == 1
    assert work_on(case).post == trust.iros[2]
    client.force_login(holder(trust.manager))
    board = client.get(reverse("allocation:return_board"), {"activity": "midpoint_review"})
    assert case.child_ref not in board.content.decode()


def test_an_officer_does_not_look_at_a_case_they_work_with(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    case = trust.child("child_protection", worker=holder(trust.chair))
    assert open_case_reviews(now=NOW) == []
    Case.objects.filter(pk=case.pk).update(worker=holder(trust.worker))
    assert len(open_case_reviews(now=NOW)) == 1


def test_a_midpoint_review_is_no_audit_and_no_invitation(trust: Trust, plan: Plan) -> None:
    plan("sandwell")
    trust.child()
    open_case_reviews(now=NOW)
    assert not Notice.objects.filter(recipient=holder(trust.worker)).exists()


@pytest.mark.clause("SAN-15")
def test_reviewing_officers_follow_up_a_final_audit_that_they_had_no_part_in(
    trust: Trust, plan: Plan, client: Client, clock: Any
) -> None:
    programme = plan("sandwell")
    case = trust.child("child_in_need")
    audit = trust.audited(programme, case, by=trust.team_manager)
    leaders = trust.audited(programme, case, by=trust.manager, activity="leaders_learning_audit")
    assert open_case_reviews(now=THREE_MONTHS_LATER - timedelta(days=1)) == []
    (review,) = open_case_reviews(now=THREE_MONTHS_LATER)
    assert open_case_reviews(now=THREE_MONTHS_LATER) == []
    assert (review.audit, review.assignment.activity) == (audit, "audit_follow_up")
    owner = review.assignment.post
    assert owner in [*trust.iros, trust.chair]
    clock.move_to(THREE_MONTHS_LATER)
    client.force_login(holder(owner))
    page = client.get(reverse("audits:case_review_activity", args=[review.pk])).content.decode()
    assert reverse("audits:read", args=[audit.pk]) in page
    assert client.get(reverse("audits:read", args=[audit.pk])).status_code == 200
    assert client.get(reverse("audits:read", args=[leaders.pk])).status_code == 404
    another = next(post for post in [*trust.iros, trust.chair] if post != owner)
    client.force_login(holder(another))
    assert client.get(reverse("audits:read", args=[audit.pk])).status_code == 404


@pytest.mark.clause("SAN-15")
def test_nobody_follows_up_an_audit_of_their_own_line(trust: Trust, plan: Plan) -> None:
    programme = plan("sandwell")
    case = trust.child("child_in_need")
    trust.audited(programme, case, by=trust.manager)
    trust.audited(programme, case, by=trust.iros[0])
    (review,) = open_case_reviews(now=THREE_MONTHS_LATER)
    assert review.assignment.post in [*trust.iros[1:], trust.chair]
    assert [one.why for one in all_unallocated(THREE_MONTHS_LATER.date())].count(NO_REVIEWER) == 1


def test_the_follow_up_of_a_case_that_closed_is_not_owed(trust: Trust, plan: Plan) -> None:
    programme = plan("sandwell")
    case = trust.child("child_in_need")
    trust.audited(programme, case, by=trust.team_manager)
    close_case(case=case, closed_on=date(2026, 6, 1), reason="Plan ended", by=None, now=THREE_MONTHS_LATER)
    assert open_case_reviews(now=THREE_MONTHS_LATER) == []


@pytest.mark.clause("SAN-15")
def test_officers_and_chairs_look_at_designated_officer_work_once_a_quarter_between_them(
    trust: Trust, plan: Plan
) -> None:
    programme = plan("sandwell")
    check = programme.assignments.filter(activity="designated_officer_check")
    assert {one.post for one in check} <= {*trust.iros, trust.chair}
    assert once_in_each([one.period for one in check], QUARTERS)
    tool = programme.framework.versions.get().pack.activity("designated_officer_check").tool
    assert programme.framework.versions.get().content["tools"][tool]["rows"]["minimum"] == 3


@pytest.mark.clause("SAN-11")
def test_managers_of_the_safeguarding_unit_audit_every_other_month_and_observe_every_month(
    trust: Trust, plan: Plan
) -> None:
    programme = plan("sandwell")
    assert once_in_each(months(programme, trust.manager, "leaders_learning_audit"), PAIRS)
    assert months(programme, trust.manager, "practice_observation") == MONTHS


@pytest.mark.clause("SAN-11")
def test_managers_of_the_safeguarding_unit_oversee_what_reviewing_officers_and_chairs_owe(
    trust: Trust, plan: Plan, client: Client, clock: Any
) -> None:
    plan("sandwell")
    done, late = trust.child(), trust.child("child_protection")
    open_case_reviews(now=NOW)
    review = CaseReview.objects.select_related("assignment", "answer_set").get(case=done)
    owner = holder(review.assignment.post)
    fill_in(review, owner, NOW)
    client.force_login(owner)
    client.post(reverse("audits:case_review_hand_in", args=[review.pk]))
    clock.move_to(datetime(2026, 5, 29, 9, 0, tzinfo=UTC))
    client.force_login(holder(trust.manager))
    page = client.get(reverse("allocation:return_board"), {"month": "2026-05", "activity": "midpoint_review"})
    said = page.content.decode()
    for words in (done.child_ref, late.child_ref, trust.chair.title, "Late", "Final"):
        assert words in said
    assert client.get(reverse("audits:case_review_read", args=[review.pk])).status_code == 200
    client.force_login(holder(trust.team_manager))
    theirs = client.get(reverse("allocation:return_board"), {"month": "2026-05"}).content.decode()
    assert late.child_ref not in theirs
