"""Leaders see how often work of their teams and people was escalated in a year, and how long it took."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from escalation.workflow import acknowledge, sweep
from qaframework.clocks.workflow import move_clock, stop_clock
from qaframework.people.models import PostHolding
from qaframework.rules.working_days import end_of_day
from tests.escalation.test_board import DUE, NOW, THEN, late
from tests.factories.authority import small_authority
from tests.factories.clocks import framework_version
from tests.factories.people import PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return small_authority()


@pytest.fixture
def version():
    return framework_version()


def table(client, user, by="", on=THEN):
    client.force_login(user)
    with_by = {"by": by} if by else {}
    return client.get(reverse("escalation:history"), with_by).context["history"].rows


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(THEN + timedelta(days=7))


def test_a_year_by_team(client, authority, version):
    completed, going_on, extended = (late(authority, version) for _ in range(3))
    late(authority, version, authority.outsider)
    sweep(now=THEN)
    stop_clock(clock=completed, reason="completed", by=None, now=THEN + timedelta(days=3))
    move_clock(clock=extended, due_at=end_of_day(date(2027, 3, 1)), reason="", by=None, now=THEN)
    sweep(now=THEN + timedelta(days=7))
    acknowledge(step=going_on.steps.get(position=5), note="This week.", by=authority.director, now=THEN)
    # Escalated, beyond the first step, acknowledged, late now, days from 10 to 18 December.
    assert table(client, authority.director) == [
        ["Duty team 1", 3, 3, 1, 1, 8],
        ["Children in care team 1", 1, 1, 0, 1, "–"],
    ]
    assert table(client, authority.head_of_service) == [["Duty team 1", 3, 3, 1, 1, 8]]
    assert table(client, authority.practitioner) == []
    page = client.get(reverse("escalation:history")).content.decode()
    assert "No work that you may see was escalated in the last year." in page


def test_by_person_it_is_whoever_held_the_post_then(client, authority, version):
    late(authority, version)
    sweep(now=datetime(2026, 12, 11, tzinfo=UTC))
    post = authority.post_of[authority.team_manager]
    PostHolding.objects.filter(post=post).update(ends_on=date(2026, 12, 12))
    successor = UserFactory()
    PostHoldingFactory(post=post, user=successor, starts_on=date(2026, 12, 13))
    late(authority, version, due_at=DUE + timedelta(days=4))
    sweep(now=THEN)
    names = [row[:2] for row in table(client, authority.director, "person")]
    assert sorted(names) == sorted([[str(authority.team_manager), 1], [str(successor), 1]])
    PostHolding.objects.filter(user=successor).delete()
    assert ["Nobody held the post", 1] in [row[:2] for row in table(client, authority.director, "person")]


def test_what_is_older_than_a_year_is_left_out(client, authority, version, time_machine):
    late(authority, version)
    sweep(now=THEN)
    time_machine.move_to(THEN + timedelta(days=367))
    assert table(client, authority.director) == []


@pytest.mark.usefixtures("version")
def test_reminders_are_no_escalations(client, authority):
    late(authority, framework_version(), due_at=end_of_day(date(2026, 12, 16)), now=NOW)
    sweep(now=THEN)
    assert table(client, authority.director) == []
