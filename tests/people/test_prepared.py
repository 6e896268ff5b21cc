"""A statement that is made once answers as the query that it was made of, whatever it is asked with."""

from datetime import date, timedelta

import pytest
from django.db.models import QuerySet

from qaframework.people.access import posts_of
from qaframework.people.models import Post
from qaframework.people.prepared import Prepared
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory

TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.django_db


def _titles(user: int, on: date) -> QuerySet[Post, tuple[str]]:
    return Post.objects.open().held_by(user, on).filter(title__startswith="Team").values_list("title")


def test_it_answers_for_each_person_and_day_as_the_query_does(django_assert_num_queries) -> None:
    people, days = [UserFactory() for _ in range(2)], [TODAY, TODAY + timedelta(days=10)]
    for place, person in enumerate(people):
        post = PostFactory(title=f"Team {place}")
        PostHoldingFactory(post=post, user=person, starts_on=days[place])
        PostHoldingFactory(post=PostFactory(title="Other"), user=person, starts_on=TODAY)
    titles = Prepared(_titles, int, date)
    for person in people:
        for day in days:
            with django_assert_num_queries(1):
                answered = titles.rows(person.pk, day)
            assert answered == list(_titles(person.pk, day))
    assert titles.rows(people[1].pk, TODAY) == []
    assert titles.rows(people[1].pk, days[1]) == [("Team 1",)]


def test_a_persons_posts_are_whole_objects_with_their_units() -> None:
    person = PostHoldingFactory(starts_on=TODAY).user
    [post] = posts_of(person, TODAY)
    stored = Post.objects.select_related("unit").get(pk=post.pk)
    for one, other in ((post, stored), (post.unit, stored.unit)):
        assert [
            (field.attname, getattr(one, field.attname), type(getattr(one, field.attname)))
            for field in one._meta.concrete_fields
        ] == [
            (field.attname, getattr(other, field.attname), type(getattr(other, field.attname)))
            for field in other._meta.concrete_fields
        ]
    assert post.get_deferred_fields() == set()
