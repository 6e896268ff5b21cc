"""One authority on one framework, at one moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from audits.models import BenchmarkingExercise, CaseAudit, DipSample
from qaframework.actions.models import LoopClosure
from qaframework.actions.workflow import open_loop
from qaframework.allocation.models import Assignment
from qaframework.people.models import Unit, User
from tests.audits.drawn import NOW, Open
from tests.factories.audits import Setting, allocated_audit, setting
from tests.factories.authority import Authority, small_authority
from tests.factories.benchmarking import set_up
from tests.factories.people import UnitFactory
from tests.factories.samples import asked_for, sample_of


@pytest.fixture
def authority(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def today_is_10_november(time_machine: TimeMachineFixture) -> None:
    """Pages take the moment from the clock: it stands still at 10am."""
    time_machine.move_to(datetime(2026, 11, 10, 10, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def today_is_25_november(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def open_sample(client: Client) -> Open:
    """The owner signs in and opens a dip sample of the kind, as from their list."""

    def come(where: Setting, owner: User, activity: str) -> DipSample:
        assignment = asked_for(where, owner, activity, now=NOW)
        client.force_login(owner)
        assert client.get(reverse("open_work", args=[assignment.pk]), follow=True).status_code == 200
        return sample_of(assignment)

    return come


@pytest.fixture
def where(authority: Authority) -> Setting:
    return setting(authority)


@pytest.fixture
def bracknell_setting(authority: Authority) -> Setting:
    return setting(authority, "bracknell")


@pytest.fixture
def outside_officer(authority: Authority) -> User:
    """Somebody of another authority's quality assurance team."""
    elsewhere = UnitFactory(code="elsewhere", name="Elsewhere", kind=Unit.Kind.AUTHORITY)
    return authority.appoint("outside_officer", "qa_officer", elsewhere)


@pytest.fixture
def held() -> datetime:
    """The moment of the audit meeting: Tuesday 10 November 2026, 2pm in London."""
    return datetime(2026, 11, 10, 14, 0, tzinfo=UTC)


@pytest.fixture
def at_the_meeting(held: datetime, time_machine: TimeMachineFixture) -> None:
    """Pages take the moment from the clock: it stands still."""
    time_machine.move_to(held, tick=False)


@pytest.fixture
def auditor(client: Client, where: Setting) -> Client:
    """The browser of whoever owes the audit."""
    client.force_login(where.auditor)
    return client


@pytest.fixture
def first_audit(where: Setting) -> CaseAudit:
    """An inadequate audit whose loop the Head of Service authorised in December."""
    closed = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
    audit = allocated_audit(where)
    CaseAudit.objects.filter(pk=audit.pk).update(overall_grade="inadequate", final_grade="inadequate")
    Assignment.objects.filter(pk=audit.assignment_id).update(
        state="final", submitted_at=closed, finished_at=closed
    )
    loop = open_loop(plan=audit.action_plan, grade="inadequate", by=None, now=closed)
    LoopClosure.objects.filter(pk=loop.pk).update(
        state="authorised",
        authorised_at=closed,
        authorised_by=where.authority.head_of_service,
        reaudit_due_on=date(2027, 3, 7),
    )
    # Somebody else must owe this kind of work, so that another manager can follow up.
    allocated_audit(where, auditor=where.authority.senior_manager)
    return audit


@pytest.fixture
def sandwell(authority: Authority) -> Setting:
    return setting(authority, "sandwell")


@pytest.fixture
def page(client: Client) -> Callable[..., Any]:
    def get(user: User, name: str, *args: Any, **sent: Any) -> Any:
        client.force_login(user)
        address = reverse(name, args=args)
        return client.post(address, sent["sent"]) if "sent" in sent else client.get(address)

    return get


@pytest.fixture
def exercise(sandwell: Setting) -> BenchmarkingExercise:
    return set_up(sandwell)
