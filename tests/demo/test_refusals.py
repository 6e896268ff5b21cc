"""When the command refuses, and that chance is the only thing in it and can be repeated."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from qaframework.caseload.models import Case
from qaframework.people.directory import Organisation
from qaframework.people.models import PostHolding, User
from qaframework.rules.working_days import local_date
from reporting.demo.organisation import make_organisation
from reporting.demo.register import make_register
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_it_is_refused_where_real_people_are() -> None:
    UserFactory()
    with pytest.raises(CommandError, match="in use"):
        call_command("demo")
    assert not Case.objects.exists()


def test_it_is_refused_in_production_unless_somebody_insists(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")


def test_an_unknown_framework_leaves_nothing_behind() -> None:
    with pytest.raises(CommandError, match="no such pack"):
        call_command("demo", framework="atlantis")
    assert not User.objects.exists()


def made(seed: str) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
    """People by post and the register's cells, without what the database numbers itself."""
    make_organisation(seed=seed, password="a long enough password", now=NOW)
    make_register(seed=seed, organisation=Organisation.load(local_date(NOW)), now=NOW)
    holdings = PostHolding.objects.order_by("post__code", "user__full_name")
    people = list(holdings.values_list("post__code", "user__full_name"))
    cells = ("child_ref", "initials", "plan_type", "worker_name", "opened_on", "is_restricted")
    return people, list(Case.objects.order_by("child_ref").values_list(*cells))


def test_the_same_seed_gives_the_same_people_and_children(rolled_back) -> None:
    with rolled_back():
        once = made("7")
    with rolled_back():
        again = made("7")
    with rolled_back():
        other = made("8")
    assert once == again
    assert once != other
