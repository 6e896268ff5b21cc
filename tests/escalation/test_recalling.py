"""What waits to be e-mailed about work that is over by now does not leave."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core import mail

from escalation.recalling import recall_notices
from escalation.workflow import sweep
from qaframework.clocks.workflow import move_clock, stop_clock
from qaframework.notices.models import Notice, NoticePreference
from qaframework.notices.workflow import deliver
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import small_authority
from tests.factories.clocks import framework_version, running_clock

pytestmark = pytest.mark.django_db

DUE = end_of_day(date(2026, 12, 8))
STARTED = datetime(2026, 11, 10, tzinfo=UTC)
TWO_DAYS_LATE = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)
SOON = TWO_DAYS_LATE + timedelta(minutes=5)


@pytest.fixture
def authority():
    return small_authority()


@pytest.fixture
def version():
    return framework_version()


def late(authority, version):
    return running_clock(authority, due_at=DUE, now=STARTED, version=version)


def sent_to(authority):
    return {address for message in mail.outbox for address in message.to}


@pytest.mark.parametrize("ended_by", ["completed", "withdrawn", "excluded", "moved"])
def test_an_escalation_that_has_not_left_is_not_e_mailed_once_the_work_is_over(authority, version, ended_by):
    clock = late(authority, version)
    sweep(now=TWO_DAYS_LATE)
    if ended_by == "moved":
        later = end_of_day(date(2027, 1, 20))
        move_clock(clock=clock, due_at=later, reason="More time", by=None, now=SOON)
    else:
        stop_clock(clock=clock, reason=ended_by, by=None, now=SOON)
    waiting = Notice.objects.count()
    assert recall_notices(now=SOON) == waiting
    assert recall_notices(now=SOON) == 0
    assert deliver(now=SOON).sent == 0
    assert mail.outbox == []
    notice = Notice.objects.in_application().filter(recipient=authority.senior_manager).get()
    assert notice.delivered == "Not e-mailed, because it was over before the e-mail left"


def test_what_is_still_late_is_e_mailed(authority, version):
    late(authority, version)
    sweep(now=TWO_DAYS_LATE)
    assert recall_notices(now=SOON) == 0
    deliver(now=SOON)
    assert authority.senior_manager.email in sent_to(authority)


def test_a_list_leaves_while_any_work_on_it_is_late(authority, version):
    first, second = late(authority, version), late(authority, version)
    sweep(now=TWO_DAYS_LATE)
    stop_clock(clock=first, reason="completed", by=None, now=SOON)
    assert recall_notices(now=SOON) == 0
    stop_clock(clock=second, reason="completed", by=None, now=SOON)
    assert recall_notices(now=SOON) == Notice.objects.count() > 0


def test_a_reminder_that_waits_for_a_digest_is_left_out_of_it(authority, version):
    NoticePreference.objects.create(user=authority.team_manager, digest_at=time(16, 0))
    clock = late(authority, version)
    sweep(now=datetime(2026, 12, 6, 12, 0, tzinfo=UTC))
    stop_clock(clock=clock, reason="completed", by=None, now=datetime(2026, 12, 6, 13, 0, tzinfo=UTC))
    recall_notices(now=datetime(2026, 12, 6, 13, 5, tzinfo=UTC))
    deliver(now=datetime(2026, 12, 6, 17, 0, tzinfo=UTC))
    assert mail.outbox == []


def test_what_has_left_stays_as_it_is(authority, version):
    clock = late(authority, version)
    sweep(now=TWO_DAYS_LATE)
    deliver(now=TWO_DAYS_LATE)
    stop_clock(clock=clock, reason="completed", by=None, now=SOON)
    assert recall_notices(now=SOON) == 0
    assert not Notice.objects.filter(delivery=Notice.Delivery.RECALLED).exists()
