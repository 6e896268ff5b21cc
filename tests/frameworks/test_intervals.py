"""Who is observed more often than others: those who need support, and the newly qualified."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from observations.models import Observation
from qaframework.allocation.models import Assignment, ObservationInterval, Programme
from qaframework.allocation.workflow import ask_for_work, end_interval, set_interval
from qaframework.packs.checking import mistakes_in
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, RecordRead, User
from qaframework.people.refusal import Refused
from tests.browsing import page_of, send_to
from tests.factories.activities import fill_in
from tests.factories.packs import shipped
from tests.frameworks.conftest import Employ, Plan
from tests.frameworks.observing import holder, observe, shown

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
WHY = "Builds up direct work after a year away."


@pytest.fixture(autouse=True)
def _standing_still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def ask(programme: Programme, by: Post) -> Assignment:
    """One more observation that the post owes."""
    return ask_for_work(
        programme=programme,
        activity="practice_observation",
        post=by,
        theme="",
        due_on=date(2027, 3, 31),
        by=holder(by),
        now=NOW,
    )


def due(client: Client, reader: Post, worker: User) -> tuple[date | None, str]:
    """By when the worker is to be observed, and what the reader is told of how often."""
    people = shown(client, reader, what="observed").people
    return next((one.by, one.how_often) for one in people if one.user == worker)


@pytest.mark.clause("BED-30")
def test_who_needs_support_is_observed_at_least_every_six_months_or_more_often_as_managers_set_it(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("bedford"), team["manager"]
    worker, other, third = (holder(post) for post in team["workers"])
    for days, one in ((40, third), (90, worker), (150, other)):
        observe(programme, manager, one, NOW.date() - timedelta(days=days))
    assert due(client, manager, worker) == (date(2027, 12, 1), "Every 12 months")
    send, page = send_to(client, "allocation"), page_of(client, "allocation")

    too_long = send(holder(manager), "set_interval", worker.pk, within="9 months", why=WHY)
    assert too_long.status_code == 422
    assert "at least once in 6 months (BED-30)" in too_long.content.decode()
    without = send(holder(manager), "set_interval", worker.pk, within="6 months", why=" ")
    assert without.status_code == 422
    send(holder(manager), "set_interval", worker.pk, within="6 months", why=WHY)
    assert due(client, manager, worker) == (date(2027, 6, 1), "Every 6 months, own interval")
    form = page(holder(manager), "set_interval", worker.pk).context["form"]
    send(
        holder(manager),
        "set_interval",
        worker.pk,
        within="6 months",
        why=WHY,
        read=form["read"].value(),
    )
    assert ObservationInterval.history.count() == 1  # the same again

    mark = page(holder(manager), "set_interval", worker.pk).context["form"]["read"].value()
    send(
        holder(manager),
        "set_interval",
        worker.pk,
        within="3 months",
        why=WHY,
        review_on="2027-06-01",
        read=mark,
    )
    assert due(client, manager, worker) == (date(2027, 3, 1), "Every 3 months, own interval")
    given = ask(programme, manager)
    assert given.worker == worker  # the other one has waited longer
    assert "this one is due first: the last one was in December 2026" in given.worker_reason
    assert WHY not in given.worker_reason

    send(holder(manager), "end_interval", worker.pk)
    assert due(client, manager, worker) == (date(2027, 12, 1), "Every 12 months")
    history = page(holder(manager), "observed", worker.pk).context["rows"]
    assert [row[1] for row in history] == [
        "Ended: every 3 months",
        "Changed: every 3 months",
        "Set: every 6 months",
    ]


@pytest.mark.clause("BED-30")
def test_an_interval_and_its_reason_are_read_by_the_managers_above_the_worker_only(
    team: dict[str, list[Post]], plan: Plan, client: Client, employ: Employ
) -> None:
    plan("bedford")
    (manager,), worker = team["manager"], holder(team["workers"][0])
    (elsewhere_manager,) = employ(team["elsewhere"][0].unit, "team_manager")
    (advanced,) = employ(manager.unit, "advanced_practitioner")
    (above,), page = team["head"], page_of(client, "allocation")
    set_interval(
        worker=worker,
        within="3 months",
        why=WHY,
        review_on=date(2027, 3, 2),
        was=None,
        by=holder(manager),
        now=NOW,
    )
    for reader in (manager, above):
        assert WHY in page(holder(reader), "observed", worker.pk).content.decode()
    outside = (team["workers"][0], team["workers"][1], advanced, elsewhere_manager, *team["qa"])
    for reader in outside:
        for name in ("observed", "set_interval", "newly_qualified"):
            assert page(holder(reader), name, worker.pk).status_code == 404
        assert send_to(client, "allocation")(holder(reader), "end_interval", worker.pk).status_code == 404
    coverage = shown(client, team["qa"][0])
    assert "How often" not in coverage.columns
    for address in ("coverage", "coverage_file"):
        response = client.get(reverse(f"reporting:{address}"))
        content = response.content if address == "coverage" else b"".join(response)
        assert b"own interval" not in content
        assert WHY.encode() not in content
    assert RecordRead.objects.filter(purpose="How often they are observed").count() == 2
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert due(client, manager, worker)[1] == "Every 3 months, own interval, to be reviewed"


def test_managers_do_not_set_how_often_those_above_or_beside_them_are_observed(
    team: dict[str, list[Post]], plan: Plan, client: Client, employ: Employ
) -> None:
    plan("bedford")
    (manager,), (head,) = team["manager"], team["head"]
    (beside,) = employ(manager.unit, "team_manager")
    page = page_of(client, "allocation")
    for person in (holder(head), holder(beside), holder(manager)):
        assert page(holder(manager), "observed", person.pk).status_code == 404


def test_two_managers_who_set_an_interval_at_once_do_not_overwrite_each_other(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("bedford")
    (manager,), (head,), worker = team["manager"], team["head"], holder(team["workers"][0])
    send = send_to(client, "allocation")
    said = {"why": WHY, "read": ""}
    assert send(holder(head), "set_interval", worker.pk, within="2 months", **said).status_code == 302
    assert send(holder(manager), "set_interval", worker.pk, within="4 months", **said).status_code == 409
    assert ObservationInterval.objects.get().within == "2 months"
    was = ObservationInterval.objects.get()
    again = {"worker": worker, "within": "3 months", "why": WHY, "review_on": None}
    with pytest.raises(SomebodyElseWasFirst):
        set_interval(was=None, by=holder(head), now=NOW, **again)
    end_interval(interval=was, by=holder(head), now=NOW)
    with pytest.raises(SomebodyElseWasFirst):
        end_interval(interval=was, by=holder(head), now=NOW)
    assert send(holder(manager), "end_interval", worker.pk).status_code == 302


def test_a_review_lies_ahead_and_where_no_framework_says_how_often_any_interval_is_taken(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("lancashire")
    (manager,), worker = team["manager"], holder(team["workers"][0])
    said = {"worker": worker, "within": "12 months", "why": WHY, "was": None, "by": holder(manager)}
    with pytest.raises(Refused, match="after today"):
        set_interval(review_on=NOW.date(), now=NOW, **said)
    set_interval(review_on=None, now=NOW, **said)
    assert due(client, manager, worker) == (date(2026, 1, 6), "Every 12 months, own interval")
    other = holder(team["workers"][1])
    assert due(client, manager, other) == (None, "No time set")
    for_qa = shown(client, team["qa"][0])
    assert not for_qa.is_timed
    assert {one.by for one in for_qa.people} == {None}


@pytest.mark.clause("BED-28")
def test_the_newly_qualified_are_observed_as_the_policy_for_their_year_says_on_its_form(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("bedford"), team["manager"]
    new, other, third = (holder(post) for post in team["workers"])
    for days, one in ((20, third), (100, new), (150, other)):
        observe(programme, manager, one, NOW.date() - timedelta(days=days))
    send, page = send_to(client, "allocation"), page_of(client, "allocation")
    send(holder(manager), "newly_qualified", new.pk, until="2027-09-30")
    assert due(client, manager, new) == (date(2027, 3, 21), "Every 4 months, newly qualified")
    assert "at least once in 4 months (BED-28)" in client.get(reverse("reporting:coverage")).content.decode()
    given = ask(programme, manager)
    assert given.worker == new
    opened = client.get(reverse("observations:open", args=[given.pk]), follow=True)
    assert opened.context["tool"].key == "asye_observation"
    assert "belongs in the portfolio of their first year" in opened.content.decode()

    observation = Observation.objects.get(assignment=given)
    arrange = reverse("observations:arrange", args=[observation.pk])
    for person, tool in ((other, "practice_observation"), (new, "asye_observation")):
        client.post(arrange, {"person": person.pk, "day": "2027-03-10"})
        observation = Observation.objects.get(pk=observation.pk)
        assert observation.assignment.worker == person
        assert observation.answer_set.tool_version.tool.key == tool
    until = page(holder(manager), "observed", new.pk).content.decode()
    assert "Until 30 September 2027" in until
    send(holder(manager), "newly_qualified", new.pk, until="")
    assert due(client, manager, new) == (date(2027, 11, 21), "Every 12 months")
    fill_in(observation, holder(manager), NOW)
    client.post(arrange, {"person": new.pk, "day": "2027-03-09"})
    begun = Observation.objects.get(pk=observation.pk)
    assert begun.observed_on == date(2027, 3, 9)
    assert begun.answer_set.tool_version.tool.key == "asye_observation"  # what was begun is not lost


@pytest.mark.parametrize(
    ("entry", "part", "value", "said"),
    [
        ("coverage", "newly_qualified", {"within": "12 months"}, "no shorter than the time for everybody"),
        ("coverage", "needing_support", {"within": "60 weeks"}, "no shorter than the time for everybody"),
        ("activities", "newly_qualified", {"tool": "diary"}, "“diary” is not a tool of the pack"),
        ("activities", "newly_qualified", {"tool": "case_file_audit"}, "graded on another scale"),
    ],
)
def test_a_mistake_in_what_holds_for_some_people_is_told(
    entry: str, part: str, value: dict[str, str], said: str
) -> None:
    content = deepcopy(shipped("bedford"))
    key = {"coverage": "observed", "activities": "practice_observation"}[entry]
    (rule,) = (one for one in content["framework"][entry] if one["key"] == key)
    rule[part] = value
    assert [said in str(mistake) for mistake in mistakes_in(content)] == [True]


def test_only_an_observation_has_a_form_of_its_own_for_the_newly_qualified() -> None:
    content = deepcopy(shipped("bedford"))
    (audit,) = (one for one in content["framework"]["activities"] if one["key"] == "supervision_case")
    audit["newly_qualified"] = {"tool": "asye_observation"}
    assert ["Only an observation" in str(mistake) for mistake in mistakes_in(content)] == [True]
