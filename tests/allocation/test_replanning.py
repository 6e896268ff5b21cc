"""A programme follows posts and quotas, keeps what has begun, and says line by line what changed and why."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.allocation.models import Assignment, Planning, Programme
from qaframework.allocation.plan_lines import Change, Line
from qaframework.allocation.workflow import (
    Planned,
    allocate_period_work,
    make_programme,
    propose,
    reallocate,
)
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, Unit
from qaframework.people.refusal import Refused
from qaframework.people.workflow import close_post, end_holding
from qaframework.rules.replanning import Cause
from tests.allocation.seeing import EVERYBODY, Page, statuses
from tests.allocation.test_planning import NOVEMBER, with_amounts
from tests.factories.allocation import planned_year
from tests.factories.authority import Authority
from tests.factories.packs import lancashire, loaded, shipped
from tests.factories.people import PostFactory

NEXT_DAY = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)


def replan(programme: Programme, now: datetime = NOVEMBER, **values: Any) -> Planned:
    return make_programme(framework=programme.framework, year=2026, by=None, now=now, **values)


def close(post: Post) -> None:
    """Whoever holds it goes, and then it is closed."""
    for holding in post.holdings.all():
        end_holding(holding=holding, ends_on=NOVEMBER.date(), by=None, now=NOVEMBER)
    close_post(post=post, by=None, now=NOVEMBER, on=NOVEMBER.date())


def told(done: Planned) -> Counter[tuple[Change, str, Cause]]:
    """How many pieces of work had what done to them for which cause."""
    found: Counter[tuple[Change, str, Cause]] = Counter()
    for line in done.lines:
        found[line.change, line.activity, line.why.cause] += len(line.months)
    return found


def test_a_new_post_is_named_as_the_cause_of_its_work(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = PostFactory(role="team_manager", unit=northmoor.care_team_1, code="a-new-one")
    done = replan(programme)
    assert {line.to_post for line in done.lines} == {post.pk}
    assert told(done) == {
        (Change.ADDED, "learning_space", Cause.NEW_POST): 2,
        (Change.ADDED, "dip_sample", Cause.NEW_POST): 6,
        (Change.ADDED, "observation", Cause.NEW_POST): 2,
    }


def test_a_changed_quota_is_named_with_what_it_was_and_is(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    with_amounts(programme.framework, "team_manager", "dip_sample", (3, 3, 2, 5))
    done = replan(programme)
    assert told(done) == {
        (Change.WITHDRAWN, "dip_sample", Cause.QUOTA_CHANGED): 3,
        (Change.ADDED, "dip_sample", Cause.QUOTA_CHANGED): 6,
    }
    added = next(line for line in done.lines if line.change is Change.ADDED)
    assert [added.why.before, added.why.after] == [(3, "quarter"), (5, "quarter")]


def test_what_has_begun_at_a_closed_post_stays_and_is_named(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    allocate_period_work(now=NOVEMBER)
    post = northmoor.post_of[northmoor.outsider]
    close(post)
    done = replan(programme)
    assert {line.why.cause for line in done.lines} == {Cause.POST_CLOSED}
    stays = Counter(line.activity for line in done.lines if line.change is Change.STAYS)
    assert stays == {"dip_sample": 1}  # November's; October's month has ended
    assert Assignment.objects.filter(post=post, state="allocated", period="2026-11").exists()
    assert not Assignment.objects.filter(post=post, state="planned", period__gte="2026-11").exists()


def test_what_a_closed_post_shared_moves_to_the_others_with_its_history(northmoor: Authority) -> None:
    framework = loaded(shipped("sandwell"), [northmoor.root]).framework
    for _ in range(2):
        PostFactory(role="qa_officer", unit=northmoor.root)
    programme = make_programme(framework=framework, year=2026, by=None, now=NOVEMBER).programme
    leaver = northmoor.post_of[northmoor.qa_officer]
    theirs = programme.assignments.filter(post=leaver, activity="thematic_audit")
    planned = dict(theirs.values_list("pk", "period"))
    assert planned
    close(leaver)
    done = replan(programme, NEXT_DAY)
    moved = [line for line in done.lines if line.change is Change.MOVED]
    assert {(line.from_post, line.activity, line.why.cause) for line in moved} == {
        (leaver.pk, "thematic_audit", Cause.POST_CLOSED)
    }
    assert done.moved == len(planned)
    again = Assignment.objects.filter(pk__in=planned)
    assert dict(again.values_list("pk", "period")) == planned
    assert not again.filter(post=leaver).exists()
    for work in again.select_related("post"):
        assert work.history.first().history_change_reason == f"Planned for {work.post} instead"
        assert work.unit == work.post.unit


def test_a_post_that_joins_gets_its_part_of_what_is_shared(northmoor: Authority) -> None:
    framework = loaded(shipped("sandwell"), [northmoor.root]).framework
    programme = make_programme(framework=framework, year=2026, by=None, now=NOVEMBER).programme
    joiner = PostFactory(role="qa_officer", unit=northmoor.root)
    done = replan(programme, NEXT_DAY)
    assert told(done) == {(Change.MOVED, "thematic_audit", Cause.NEW_POST): done.moved}
    load = Counter(programme.assignments.filter(activity="thematic_audit").values_list("post", flat=True))
    assert load[joiner.pk]
    assert max(load.values()) - min(load.values()) <= 1
    assert not replan(programme, NEXT_DAY).changed


def test_a_post_with_another_role_is_told_apart_from_a_new_one(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    post.role = "director"
    post.save()
    causes = {line.why.cause for line in replan(programme).lines}
    assert causes == {Cause.POST_CHANGED}


def test_what_was_moved_by_hand_stays_when_its_first_post_is_closed(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    giver, taker = northmoor.post_of[northmoor.outsider], northmoor.post_of[northmoor.team_manager]
    work = Assignment.objects.filter(post=giver, activity="dip_sample", period="2027-01").get()
    reallocate(assignment=work, to_post=taker, reason="Long leave", by=northmoor.qa_officer, now=NOVEMBER)
    close(giver)
    done = replan(programme, NEXT_DAY)
    stays = [line for line in done.lines if line.change is Change.STAYS]
    assert [(line.from_post, line.months) for line in stays] == [(taker.pk, ("2027-01",))]


def test_each_planning_is_kept_and_one_that_changes_nothing_is_not(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    replan(programme)
    assert Planning.objects.count() == 1
    PostFactory(role="team_manager", unit=northmoor.care_team_1)
    done = replan(programme, NEXT_DAY)
    kept = Planning.objects.first()
    assert [Line.of(data) for data in kept.lines] == done.lines
    assert (kept.made_at, kept.programme) == (NEXT_DAY, programme)


def test_only_what_was_read_is_confirmed(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    PostFactory(role="team_manager", unit=northmoor.care_team_1)
    read = propose(framework=programme.framework, year=2026, now=NOVEMBER)
    PostFactory(role="team_manager", unit=northmoor.care_team_1)
    with pytest.raises(Refused, match="have changed since you read this"):
        replan(programme, as_read=read.fingerprint)
    assert not Assignment.objects.filter(post__role="team_manager", post__unit=northmoor.care_team_1).exclude(
        post=northmoor.post_of[northmoor.outsider]
    )
    fresh = propose(framework=programme.framework, year=2026, now=NEXT_DAY)
    assert replan(programme, NEXT_DAY, as_read=fresh.fingerprint).added == 20


@pytest.mark.writes_behind_the_verbs
def test_work_that_begins_while_it_is_planned_is_not_taken_away(
    northmoor: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = planned_year(northmoor)
    close(northmoor.post_of[northmoor.outsider])
    seen = propose(framework=programme.framework, year=2026, now=NOVEMBER)
    monkeypatch.setattr("qaframework.allocation.workflow.planning.propose", lambda **_: seen)
    Assignment.objects.filter(pk=seen.surplus[0].pk).update(state="withdrawn")
    before = Assignment.objects.count()
    with pytest.raises(SomebodyElseWasFirst, match="has begun"):
        replan(programme)
    assert Assignment.objects.count() == before


# On the pages


@pytest.fixture
def changed(northmoor: Authority) -> Programme:
    """A new post, and one quota less."""
    programme = planned_year(northmoor)
    PostFactory(role="team_manager", unit=northmoor.care_team_1, title="Team manager, night team")
    with_amounts(programme.framework, "senior_manager", "dip_sample", (3, 3, 2, 3))
    return programme


def confirm_page(client: Client, northmoor: Authority, programme: Programme) -> Any:
    client.force_login(northmoor.qa_officer)
    return client.get(reverse("allocation:confirm_programme", args=[programme.framework_id, 2026]))


@pytest.mark.usefixtures("today_is_10_november")
def test_the_changes_are_read_line_by_line_and_then_confirmed(
    northmoor: Authority, client: Client, page: Page, changed: Programme
) -> None:
    before = Assignment.objects.count()
    shown = confirm_page(client, northmoor, changed)
    rows = shown.context["rows"]
    new = [row for row in rows if row[0] == "Team manager, night team (vacant)"]
    assert {(row[1], row[2], row[4]) for row in new} == {
        ("Added", "Learning space: 2", "The post is new"),
        ("Added", "Dip sample: 6", "The post is new"),
        ("Added", "Observation of practice: 2", "The post is new"),
    }
    (fewer,) = (row for row in rows if row not in new)
    assert fewer[1:] == ["Withdrawn", "Dip sample: 1", "Dec 2026", "The quota changed from 3 to 2 a quarter"]
    assert fewer[0] == "Senior manager, Duty and assessment (Senior Manager Example)"
    assert b"10 added, 1 withdrawn." in shown.content
    assert Assignment.objects.count() == before

    address = reverse("allocation:confirm_programme", args=[changed.framework_id, 2026])
    answer = client.post(address, {"as_read": shown.context["proposal"].fingerprint}, follow=True)
    assert "10 added, 1 withdrawn." in answer.content.decode()
    assert Assignment.objects.count() == before + 9
    assert b"There is nothing to change" in client.get(address).content
    planning = Planning.objects.first()
    assert planning.made_by == northmoor.qa_officer
    history = page(northmoor.qa_officer, "programme_changes", changed.pk)
    assert [row[2] for row in history.context["rows"]][0] == "10 added, 1 withdrawn."
    kept = page(northmoor.qa_officer, "programme_change", changed.pk, planning.pk)
    assert kept.context["rows"] == rows


@pytest.mark.usefixtures("today_is_10_november")
def test_who_confirms_what_is_out_of_date_reads_it_again(
    northmoor: Authority, client: Client, changed: Programme
) -> None:
    read = confirm_page(client, northmoor, changed).context["proposal"].fingerprint
    PostFactory(role="team_manager", unit=northmoor.care_team_1, title="Team manager, weekend team")
    address = reverse("allocation:confirm_programme", args=[changed.framework_id, 2026])
    refused = client.post(address, {"as_read": read})
    assert refused.status_code == 422
    assert b"have changed since you read this" in refused.content
    assert b"weekend team" in refused.content
    fresh = refused.context["proposal"].fingerprint
    assert client.post(address, {"as_read": fresh}).status_code == 302


@pytest.mark.usefixtures("today_is_10_november")
def test_who_may_confirm_and_who_may_read_it_later(northmoor: Authority, page: Page) -> None:
    programme = planned_year(northmoor)
    makers = dict.fromkeys(EVERYBODY, 403) | {"qa_officer": 200}
    assert statuses(northmoor, page, "confirm_programme", programme.framework_id, 2026) == makers
    readers = makers | {"admin": 200}
    assert statuses(northmoor, page, "programme_changes", programme.pk) == readers
    planning = programme.plannings.get()
    assert statuses(northmoor, page, "programme_change", programme.pk, planning.pk) == readers
    officer = northmoor.qa_officer
    for year in (2020, 99999):
        assert page(officer, "confirm_programme", programme.framework_id, year).status_code == 404
    other = lancashire([northmoor.root])
    assert page(officer, "programme_change", programme.pk, planning.pk + 1).status_code == 404
    other.framework.is_live = False
    other.framework.save()
    assert page(officer, "confirm_programme", other.framework_id, 2026).status_code == 404


@pytest.mark.usefixtures("today_is_10_november")
def test_a_year_that_is_new_is_read_by_kind_of_work(northmoor: Authority, client: Client) -> None:
    framework = lancashire([northmoor.root]).framework
    client.force_login(northmoor.qa_officer)
    shown = client.get(reverse("allocation:confirm_programme", args=[framework.pk, 2027]))
    rows = {row[0]: row[1:] for row in shown.context["rows"]}
    assert rows["Dip sample"] == [7, 6 * 12 + 4]  # the director owes one a quarter
    assert Programme.objects.count() == 0


@pytest.mark.usefixtures("today_is_10_november")
def test_the_changes_ask_the_database_little_however_many_they_are(
    northmoor: Authority, client: Client, django_assert_max_num_queries: Any, changed: Programme
) -> None:
    for unit in Unit.objects.all():
        PostFactory.create_batch(3, role="team_manager", unit=unit)
    confirm_page(client, northmoor, changed)
    with django_assert_max_num_queries(22):
        assert confirm_page(client, northmoor, changed).status_code == 200
