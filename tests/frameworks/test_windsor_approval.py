"""Whoever answers for the year's programme approves it, in the Windsor framework (RBWM-08)."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qaframework.allocation.models import Programme, ProgrammeApproval
from qaframework.allocation.workflow import approve_programme, make_programme
from qaframework.notices.models import Notice
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from tests.frameworks.conftest import BEFORE_THE_YEAR, Employ, Plan

APPROVED_ON = datetime(2026, 3, 24, 9, 0, tzinfo=UTC)


def holder(post: Post) -> User:
    return post.holdings.get().user


@pytest.fixture
def head(root: Unit, employ: Employ) -> User:
    return holder(employ(root, "head_of_service")[0])


@pytest.fixture
def programme(root: Unit, head: User, employ: Employ, plan: Plan) -> Programme:
    employ(root, "team_manager", 2)
    return plan("windsor")


def address(programme: Programme) -> str:
    planning = programme.plannings.first()
    return reverse("allocation:approve_programme", args=[programme.pk, planning.pk])


def line_of(client: Client, reader: User) -> str:
    client.force_login(reader)
    return client.get(reverse("allocation:programme")).context["approval"]


@pytest.mark.clause("RBWM-08")
def test_the_programme_waits_for_its_owner_and_again_after_every_change(
    root: Unit, head: User, employ: Employ, programme: Programme, client: Client
) -> None:
    qa = holder(employ(root, "qa_manager")[0])
    asked = Notice.objects.get(kind="programme_approval")
    assert (asked.recipient, asked.url) == (head, address(programme))
    with time_machine.travel(APPROVED_ON, tick=False):
        assert (
            line_of(client, qa) == "Planned on 20 March 2026. Waits for the approval of the Head of service."
        )
        client.force_login(head)
        assert "Approve the programme" in client.get(asked.url).content.decode()
        assert client.post(asked.url).status_code == 302
        approval = ProgrammeApproval.objects.get()
        assert (approval.approved_by, approval.approved_at) == (head, APPROVED_ON)
        assert line_of(client, qa) == f"Approved by {head} on 24 March 2026."
        employ(root, "team_manager")
        make_programme(framework=programme.framework, year=2026, by=qa, now=APPROVED_ON)
        assert "Waits for the approval" in line_of(client, qa)
    assert Notice.objects.filter(kind="programme_approval").count() == 2


def test_nobody_else_can_approve_it_nor_anybody_twice_or_an_old_plan(
    root: Unit, head: User, employ: Employ, programme: Programme, client: Client
) -> None:
    manager = holder(employ(root, "senior_manager")[0])
    client.force_login(manager)
    assert client.get(address(programme)).status_code == 404
    assert client.post(address(programme)).status_code == 404
    first = programme.plannings.get()
    with pytest.raises(Refused, match="Only whoever answers"):
        approve_programme(planning=first, by=manager, now=APPROVED_ON)
    approve_programme(planning=first, by=head, now=APPROVED_ON)
    with pytest.raises(Refused, match="approved before"):
        approve_programme(planning=first, by=head, now=APPROVED_ON)
    employ(root, "team_manager")
    make_programme(framework=programme.framework, year=2026, by=None, now=APPROVED_ON)
    with pytest.raises(Refused, match="has changed since"):
        approve_programme(planning=first, by=head, now=APPROVED_ON)


def test_a_framework_without_an_owner_asks_nobody(root: Unit, head: User, employ: Employ, plan: Plan) -> None:
    employ(root, "team_manager")
    programme = plan("bedford")
    assert not Notice.objects.filter(kind="programme_approval").exists()
    with pytest.raises(Refused):
        approve_programme(planning=programme.plannings.get(), by=head, now=BEFORE_THE_YEAR)
