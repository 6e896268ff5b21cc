"""Whom heads of service and managers look at: in turn, out of those whom each framework names."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from observations.models import Observation
from qaframework.activities.workflow import hand_in_and_finish, open_activity
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import (
    allocate_period_work,
    reallocate,
    set_worker,
    withdraw,
)
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import ProgrammeYear
from supervision import workflow as supervising
from supervision.models import SupervisionAudit
from tests.factories.activities import fill_in
from tests.frameworks.conftest import Employ, Grow, Plan

MONTHS = ProgrammeYear(2026).months
PROFESSIONAL, OF_A_CASE = "supervision_professional", "supervision_case"
APRIL = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


def holder(post: Post) -> User:
    return post.holdings.get().user


def people(posts: list[Post]) -> set[User]:
    return {holder(post) for post in posts}


def give_out_the_year() -> None:
    for month in MONTHS:
        allocate_period_work(now=datetime(month.year, month.month, 1, 6, 0, tzinfo=UTC))


def looked_at(programme: Programme, post: Post, activity: str) -> list[User]:
    """Whom the post looked at in the year, in order."""
    work = programme.assignments.filter(post=post, activity=activity).order_by("period", "ordinal")
    return [one.worker for one in work.select_related("worker")]


def never_twice_running(found: list[User]) -> bool:
    return all(one != other for one, other in zip(found, found[1:], strict=False))


def work_of(programme: Programme, post: Post, activity: str) -> Assignment:
    """The post's first work of the kind that was given out."""
    rows = programme.assignments.filter(post=post, activity=activity, worker__isnull=False)
    found = rows.select_related("framework_version", "post__unit", "worker").order_by("period").first()
    assert found is not None
    return found


@pytest.fixture
def line(root: Unit, grow: Grow, employ: Employ) -> dict[str, list[Post]]:
    """A head of service with four team managers, one of them below a service manager; each has three
    advanced practitioners and a practitioner. Another head of service with team managers of their own."""
    service, other = grow("safeguarding", Unit.Kind.SERVICE), grow("care", Unit.Kind.SERVICE)
    (head,) = employ(service, "head_of_service")
    (between,) = employ(service, "senior_manager", reports_to=head)
    managers = employ(service, "team_manager", 3, reports_to=head)
    managers += employ(service, "team_manager", reports_to=between)
    posts = {"head": [head], "between": [between], "managers": managers}
    for number, manager in enumerate(managers):
        posts[f"advanced {number}"] = employ(service, "advanced_practitioner", 3, reports_to=manager)
        posts[f"practitioners {number}"] = employ(service, "practitioner", 2, reports_to=manager)
    (posts["other head"]) = employ(other, "head_of_service")
    posts["other managers"] = employ(other, "team_manager", 2, reports_to=posts["other head"][0])
    return posts


@pytest.mark.clause("BED-22")
def test_a_head_of_service_looks_at_the_supervision_of_each_of_their_team_managers_in_turn(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (head,) = plan("bedford"), line["head"]
    give_out_the_year()
    records = looked_at(programme, head, PROFESSIONAL)
    assert Counter(records) == {holder(post): 3 for post in line["managers"]}
    assert all(set(records[start : start + 4]) == people(line["managers"]) for start in (0, 4, 8))
    assert looked_at(programme, head, OF_A_CASE) == records


@pytest.mark.clause("BED-23")
def test_a_team_manager_looks_at_the_supervision_of_their_own_advanced_practitioners_in_turn(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme = plan("bedford")
    give_out_the_year()
    for number, manager in enumerate(line["managers"]):
        records = looked_at(programme, manager, PROFESSIONAL)
        assert Counter(records) == {holder(post): 4 for post in line[f"advanced {number}"]}
        assert never_twice_running(records)
        assert looked_at(programme, manager, OF_A_CASE) == records


@pytest.mark.clause("SAN-31")
def test_a_service_manager_audits_and_watches_the_same_supervisor_of_their_own_group(
    line: dict[str, list[Post]], plan: Plan, root: Unit, employ: Employ
) -> None:
    (between,) = line["between"]
    group = [line["managers"][3], *employ(root, "team_manager", 2, reports_to=between)]
    programme = plan("sandwell")
    give_out_the_year()
    audited = looked_at(programme, between, "supervision_audit")
    assert Counter(audited) == {holder(post): 2 for post in group}
    assert never_twice_running(audited)
    assert looked_at(programme, between, "supervision_observation") == audited
    outside = holder(line["managers"][0])
    with pytest.raises(Refused, match="not among those whom this post may look at"):
        set_worker(
            assignment=work_of(programme, between, "supervision_audit"),
            worker=outside,
            by=holder(between),
            now=APRIL,
        )


@pytest.mark.clause("SAN-33")
def test_heads_of_service_observe_in_and_outside_their_area_and_a_team_managers_supervision(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme = plan("sandwell")
    practitioners = [post for number in range(4) for post in line[f"practitioners {number}"]]
    heads = [*line["head"], *line["other head"]]
    give_out_the_year()
    managers = people([*line["managers"], *line["other managers"]])
    watched = [looked_at(programme, head, "supervision_observation") for head in heads]
    assert [len(found) for found in watched] == [6, 6]
    between = looked_at(programme, line["between"][0], "supervision_observation")
    assert set(watched[0] + watched[1] + between) == managers
    own = people(line["managers"])
    assert set(watched[0]) - own
    assert set(watched[0]) & own
    observed = [looked_at(programme, post, "practice_observation") for post in (*heads, *line["between"])]
    assert [len(found) for found in observed] == [6, 6, 6]
    assert set().union(*observed) <= people(practitioners)
    assert all(never_twice_running(found) for found in (*watched, *observed))


def test_team_managers_observe_each_of_their_own_practitioners(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme = plan("sandwell")
    give_out_the_year()
    for number, manager in enumerate(line["managers"]):
        found = looked_at(programme, manager, "practice_observation")
        assert Counter(found) == {holder(post): 6 for post in line[f"practitioners {number}"]}


def test_work_that_was_called_off_does_not_count_and_the_reason_says_when_the_last_one_was(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (head,) = plan("bedford"), line["head"]
    allocate_period_work(now=APRIL)
    first = work_of(programme, head, PROFESSIONAL)
    said = "Of the 4 people whom this post may look at, this one has waited longest: there never was one; "
    assert first.worker_reason.startswith(said)
    assert "The same person as in" in work_of(programme, head, OF_A_CASE).worker_reason
    others = {holder(post) for post in line["managers"]} - {first.worker}
    withdraw(assignment=first, reason="Long leave", by=holder(head), now=APRIL)
    for month in MONTHS[1:5]:
        allocate_period_work(now=datetime(month.year, month.month, 1, 6, 0, tzinfo=UTC))
    after = looked_at(programme, head, PROFESSIONAL)[1:5]
    assert set(after) == others | {first.worker}
    allocate_period_work(now=datetime(2026, 9, 1, 6, 0, tzinfo=UTC))
    sixth = programme.assignments.get(post=head, activity=PROFESSIONAL, period="2026-09")
    assert sixth.worker == after[0]
    assert sixth.worker_reason.endswith("this one has waited longest: the last one was in May 2026.")


def test_with_nobody_to_look_at_the_work_is_owed_and_about_nobody(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (alone, _) = plan("bedford"), line["other managers"]
    allocate_period_work(now=APRIL)
    work = programme.assignments.get(post=alone, activity=PROFESSIONAL, period="2026-04")
    assert (work.state, work.worker, work.worker_reason, work.unit) == ("allocated", None, "", alone.unit)


def test_whom_the_owner_chooses_takes_both_looks_and_not_whom_they_had_last(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (head,) = plan("bedford"), line["head"]
    may = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)
    allocate_period_work(now=APRIL)
    allocate_period_work(now=may)
    april, second = looked_at(programme, head, PROFESSIONAL)[:2]
    work = programme.assignments.get(post=head, activity=PROFESSIONAL, period="2026-05")
    audit = open_activity(SupervisionAudit, assignment=work, by=holder(head), now=may)

    def choose(worker: User) -> None:
        supervising.choose_supervisor(audit=audit, supervisor=worker, by=holder(head), now=may)

    with pytest.raises(Refused, match="The last one of this post was with"):
        choose(april)
    other = next(one for one in people(line["managers"]) if one not in (april, second))
    choose(other)
    both = programme.assignments.filter(post=head, period="2026-05", activity__startswith="supervision")
    assert set(both.values_list("worker", flat=True)) == {other.pk}
    reason = f"Chosen by {holder(head)}, in place of whoever’s turn it was."
    assert audit.assignment.worker_reason == reason
    assert audit.action_plan.worker == other
    follower = both.get(activity=OF_A_CASE)
    with pytest.raises(Refused, match="the same person as the other work that goes with it"):
        set_worker(assignment=follower, worker=second, by=holder(head), now=may)


def test_moved_work_is_about_whoevers_turn_it_is_at_the_other_post(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (head,), (other,) = plan("bedford"), line["head"], line["other head"]
    allocate_period_work(now=APRIL)
    work = work_of(programme, head, PROFESSIONAL)
    audit = open_activity(SupervisionAudit, assignment=work, by=holder(head), now=APRIL)
    had = work_of(programme, other, PROFESSIONAL).worker
    reallocate(assignment=work, to_post=other, reason="Sick leave", by=holder(other), now=APRIL)
    (expected,) = people(line["other managers"]) - {had}
    work.refresh_from_db()
    assert (work.worker, work.unit) == (expected, other.unit)
    fill_in(audit, holder(other), APRIL)
    audit = SupervisionAudit.objects.get(pk=audit.pk)
    hand_in_and_finish(audit, by=holder(other), now=APRIL)
    assert audit.action_plan.worker == expected


def test_moved_work_that_fits_there_too_stays_with_the_same_person(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    programme, (head,), (other,) = plan("sandwell"), line["head"], line["other head"]
    for month in (4, 5):
        allocate_period_work(now=datetime(2026, month, 1, 6, 0, tzinfo=UTC))
    work, own = (work_of(programme, post, "practice_observation") for post in (head, other))
    before = work.worker
    assert before != own.worker
    reallocate(assignment=work, to_post=other, reason="Sick leave", by=holder(other), now=APRIL)
    assert work.worker == before
    assert work.worker_reason.startswith("Of the 8 people")


def test_work_goes_to_nobody_whom_it_is_about(line: dict[str, list[Post]], plan: Plan) -> None:
    programme, (head,) = plan("bedford"), line["head"]
    allocate_period_work(now=APRIL)
    work = work_of(programme, head, PROFESSIONAL)
    work.state = Assignment.State.IN_PROGRESS
    work.save()
    own_post = next(post for post in line["managers"] if holder(post) == work.worker)
    with pytest.raises(Refused, match="is whom this work is about"):
        reallocate(assignment=work, to_post=own_post, reason="Leave", by=holder(head), now=APRIL)


def test_the_pages_say_who_and_why_and_offer_those_of_the_rule_longest_first(
    line: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (between,) = plan("sandwell"), line["between"]
    allocate_period_work(now=datetime(2026, 5, 1, 6, 0, tzinfo=UTC))
    shown: dict[str, Any] = {}
    with time_machine.travel(datetime(2026, 5, 4, 9, 0, tzinfo=UTC), tick=False):
        client.force_login(holder(between))
        for room, model, activity in (
            ("supervision", SupervisionAudit, "supervision_audit"),
            ("observations", Observation, "practice_observation"),
        ):
            work = work_of(programme, between, activity)
            page = client.get(reverse(f"{room}:open", args=[work.pk]), follow=True).content.decode()
            assert str(work.worker) in page
            assert work.worker_reason in page
            one = model._default_manager.get(assignment=work)
            name = "choose" if room == "supervision" else "arrange"
            form = client.get(reverse(f"{room}:{name}", args=[one.pk])).context["form"]
            shown[activity] = [label for value, label in form.fields["person"].choices if value]
    assert len(shown["supervision_audit"]) == 1
    assert shown["supervision_audit"][0].endswith("not yet")
    assert len(shown["practice_observation"]) == 8
    lasts = [label.rsplit(", ", 1)[1] for label in shown["practice_observation"]]
    assert lasts == sorted(lasts, key=lambda said: said != "not yet")
    assert "last in April 2026" in lasts


def test_one_round_of_giving_out_asks_for_the_past_of_an_activity_once(
    line: dict[str, list[Post]], plan: Plan
) -> None:
    plan("bedford")
    with CaptureQueriesContext(connection) as queries:
        allocate_period_work(now=APRIL)
    past = [one["sql"] for one in queries if '"worker_id" IS NOT NULL' in one["sql"]]
    of_activities = [sql for sql in past if "ORDER BY" in sql and '"period" =' not in sql]
    assert len(of_activities) == len(set(of_activities)) == 2


def test_it_is_given_out_on_the_first_day_of_its_month(line: dict[str, list[Post]], plan: Plan) -> None:
    programme, (head,) = plan("bedford"), line["head"]
    allocate_period_work(now=APRIL)
    assert work_of(programme, head, PROFESSIONAL).allocated_on == date(2026, 4, 1)
