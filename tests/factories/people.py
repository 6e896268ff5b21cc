"""People, units and posts for tests: everybody is invented."""

from datetime import date

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from qaframework.people.models import LocalClosureDay, Post, PostHolding, Unit, User

PASSWORD = "correct horse battery staple"
LONG_AGO = date(2020, 1, 6)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@northmoor.example")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    staff_reference = factory.Sequence(lambda n: f"W{n:05d}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"unit-{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")
    kind = Unit.Kind.TEAM


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    code = factory.Sequence(lambda n: f"post-{n}")
    title = factory.Sequence(lambda n: f"Post {n}")
    role = "practitioner"
    unit = factory.SubFactory(UnitFactory)


class PostHoldingFactory(DjangoModelFactory):
    class Meta:
        model = PostHolding

    post = factory.SubFactory(PostFactory)
    user = factory.SubFactory(UserFactory)
    starts_on = LONG_AGO


class LocalClosureDayFactory(DjangoModelFactory):
    class Meta:
        model = LocalClosureDay

    day = date(2026, 12, 29)
    name = "Christmas closure"
