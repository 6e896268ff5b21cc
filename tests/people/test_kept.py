"""What is kept holds until something changes that it was reckoned from, and no longer."""

from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import Settings

from qaframework.people import history
from qaframework.people.kept import kept, stamps_of
from qaframework.people.models import Post, Unit
from tests.factories.kept import keeping
from tests.factories.people import UnitFactory, UserFactory

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def is_kept(settings: Settings) -> None:
    keeping(settings)


class Reckoner:
    """Counts units, and how often it did."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [Unit.objects.count()]

    def asked(self, *key: object) -> list[int]:
        return kept(self, key=("units", *key), stamps=stamps_of([Unit, Post]).values())


def add_unit(name: str) -> Unit:
    unit = UnitFactory.build(name=name, path=f"/{name}/")
    return history.create(unit, by=None, now=NOON)


def test_it_is_reckoned_once_while_nothing_changes() -> None:
    add_unit("north")
    reckoner = Reckoner()
    assert [reckoner.asked() for _ in range(3)] == [[1]] * 3
    assert reckoner.times == 1


def test_a_change_of_any_of_the_models_has_it_reckoned_anew() -> None:
    unit = add_unit("north")
    reckoner = Reckoner()
    reckoner.asked()
    add_unit("south")
    assert reckoner.asked() == [2]
    history.change(unit, by=None, now=NOON, reason="Renamed", name="Far north")
    reckoner.asked()
    history.remove(unit, by=None, now=NOON, reason="Never began")
    assert reckoner.asked() == [1]
    assert reckoner.times == 4


def test_other_models_do_not() -> None:
    add_unit("north")
    reckoner = Reckoner()
    reckoner.asked()
    history.create(UserFactory.build(), by=None, now=NOON)
    reckoner.asked()
    assert reckoner.times == 1


def test_each_key_has_its_own() -> None:
    reckoner = Reckoner()
    for _ in range(2):
        reckoner.asked("reader", 1)
        reckoner.asked("reader", 2)
    assert reckoner.times == 2


def test_an_entry_that_was_begun_before_the_newest_and_written_after_it_is_seen() -> None:
    """As when a longer transaction ends after a shorter one that began later."""
    add_unit("north")
    add_unit("south")
    entries = Unit.history.model.objects.order_by("history_id")
    earlier = entries[0]
    entries.filter(pk=earlier.pk).delete()
    reckoner = Reckoner()
    reckoner.asked()
    earlier.save(force_insert=True)
    reckoner.asked()
    assert reckoner.times == 2


def test_what_is_kept_cannot_be_spoilt_by_who_got_it() -> None:
    add_unit("north")
    reckoner = Reckoner()
    reckoner.asked().append(99)
    assert reckoner.asked() == [1]


def test_asking_costs_one_query(django_assert_num_queries) -> None:
    add_unit("north")
    reckoner = Reckoner()
    reckoner.asked()
    with django_assert_num_queries(1):
        reckoner.asked()
