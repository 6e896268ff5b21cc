"""Late work about a restricted case goes up like any other; which case it is stays with cleared people."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.caseload.models import Case
from qaframework.notices.access import own_notices, withhold_restricted
from qaframework.notices.models import Notice
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.clocks import framework_version, running_clock

pytestmark = pytest.mark.django_db

DUE = end_of_day(date(2026, 12, 8))
STARTED = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
THREE_DAYS_LATE = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)


def test_a_notice_names_the_case_only_to_people_who_are_cleared_on_that_day():
    authority = small_authority()
    case = CaseFactory(child_ref="N-4711", unit=authority.duty_team_1, restricted=True)
    CaseClearanceFactory(case=case, user=authority.head_of_service, review_on=date(2026, 12, 11))
    CaseClearanceFactory(case=case, user=authority.senior_manager, review_on=date(2026, 12, 10))
    owner = authority.post_of[authority.team_manager]
    version = framework_version()
    label = "Learning space, case N-4711"
    running_clock(
        authority,
        owner=owner,
        version=version,
        due_at=DUE,
        now=STARTED,
        case=case,
        label=label,
        url="/audits/1/",
    )
    sweep(now=THREE_DAYS_LATE)
    step = EscalationStep.objects.get(is_reminder=False)
    assert {one.user for one in step.reached.all()} == {authority.head_of_service, authority.senior_manager}
    own_page = reverse("escalation:acknowledge", args=[step.pk])
    cleared = Notice.objects.get(recipient=authority.head_of_service)
    assert (cleared.subject, cleared.url) == (f"Late: {label}, 2 days late", own_page)
    other = Notice.objects.get(recipient=authority.senior_manager)
    assert (other.subject, other.url) == (
        "Late: Work about a restricted case, 2 days late",
        own_page,
    )
    assert "N-4711" not in other.body


def test_what_was_escalated_before_a_case_was_restricted_names_it_no_more():
    authority = small_authority()
    later, other = (CaseFactory(child_ref=f"N{one}", unit=authority.duty_team_1) for one in (1, 2))
    owner, version = authority.post_of[authority.team_manager], framework_version()
    for case in (later, other):
        running_clock(
            authority,
            owner=owner,
            version=version,
            due_at=DUE,
            now=STARTED,
            case=case,
            label=f"Learning space, case {case.child_ref}",
            url="/audits/1/",
        )
    sweep(now=THREE_DAYS_LATE)
    assert "N1" in own_notices(authority.head_of_service).get().body
    Case.objects.filter(pk=later.pk).update(is_restricted=True, restriction_reason="Of a colleague")
    CaseClearanceFactory(case=later, user=authority.senior_manager)
    read = {}
    for person in (authority.head_of_service, authority.senior_manager):
        notice = own_notices(person).get()
        withhold_restricted([notice], person, THREE_DAYS_LATE.date())
        read[person] = f"{notice.subject} {notice.body} {notice.url}"
    assert "N1" not in read[authority.head_of_service]
    assert "- Work about a restricted case" in read[authority.head_of_service]
    assert "Learning space, case N2, due 8 December 2026" in read[authority.head_of_service]
    assert "N1" in read[authority.senior_manager]
