"""Who has not been observed or audited for longest, against what each framework asks for."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qaframework.allocation.models import Assignment, Programme
from qaframework.packs.checking import mistakes_in
from qaframework.people.models import Post, RecordRead, Unit, User
from qaframework.people.templatetags.page import unbroken
from tests.factories.allocation import AssignmentFactory
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import shipped
from tests.frameworks.conftest import Employ, Grow, Plan
from tests.frameworks.observing import holder, observe, shown

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _standing_still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def told(coverage: Any) -> list[tuple[User, date | None, date | None, bool]]:
    return [(one.user, one.last, one.by, one.is_late(coverage.today)) for one in coverage.people]


@pytest.mark.clause("BED-29")
def test_every_worker_is_observed_at_least_once_a_year_and_who_was_not_comes_first(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("bedford"), team["manager"]
    late, lately, never = (holder(post) for post in team["workers"])
    observe(programme, manager, late, date(2026, 2, 2))
    observe(programme, manager, lately, date(2026, 12, 7))
    coverage = shown(client, team["qa"][0])
    elsewhere = holder(team["elsewhere"][0])
    assert set(told(coverage)[:2]) == {
        (never, None, date(2026, 1, 6), True),
        (elsewhere, None, date(2026, 1, 6), True),
    }
    assert told(coverage)[2:] == [
        (late, date(2026, 2, 2), date(2027, 2, 2), True),
        (lately, date(2026, 12, 7), date(2027, 12, 7), False),
    ]
    page = client.get(reverse("reporting:coverage")).content.decode()
    assert "Observed: at least once in 12 months (BED-29)." in page
    assert unbroken("2 Feb 2026") in page


@pytest.mark.clause("SAN-32")
def test_each_team_member_is_observed_twice_a_year_on_a_home_visit_and_in_a_conference_or_review(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("sandwell"), team["manager"]
    both, visit, none = (holder(post) for post in team["workers"])
    observe(programme, manager, both, date(2026, 5, 4), observation_type="home_visit")
    observe(programme, manager, both, date(2026, 10, 5), observation_type="review")
    observe(programme, manager, visit, date(2026, 6, 1), observation_type="home_visit")
    observe(programme, manager, visit, date(2026, 7, 6), observation_type="direct_work")
    found = {
        key: {one.user: (one.last, one.by) for one in shown(client, manager, what=key).people}
        for key in ("observed", "home_visit", "conference_or_review")
    }
    began = date(2025, 1, 6)
    assert found["observed"][both] == (date(2026, 10, 5), date(2027, 4, 5))
    assert found["observed"][visit] == (date(2026, 7, 6), date(2027, 1, 6))
    assert found["home_visit"][both] == (date(2026, 5, 4), date(2027, 5, 4))
    assert found["home_visit"][visit] == (date(2026, 6, 1), date(2027, 6, 1))
    assert found["conference_or_review"][both] == (date(2026, 10, 5), date(2027, 10, 5))
    assert found["conference_or_review"][visit] == (None, began.replace(year=2026))
    assert {people[none][0] for people in found.values()} == {None}


def test_a_team_manager_sees_their_own_team_only_and_the_unit_narrows(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("bedford")
    own = {holder(post) for post in team["workers"]}
    assert {one.user for one in shown(client, team["manager"][0]).people} == own
    everybody = own | {holder(team["elsewhere"][0])}
    assert {one.user for one in shown(client, team["head"][0]).people} == everybody
    unit = team["workers"][0].unit_id
    assert {one.user for one in shown(client, team["head"][0], unit=unit).people} == own
    other = team["elsewhere"][0].unit_id
    assert {one.user for one in shown(client, team["manager"][0], unit=other).people} == own


def audited(
    programme: Programme,
    by: Post,
    worker: User,
    at: datetime,
    *,
    activity: str = "case_file_audit",
    kind: str = "case_audit",
    state: str = "final",
    **case: Any,
) -> Assignment:
    """An audit, or other work, about a case of theirs that was handed in."""
    work: Assignment = AssignmentFactory(
        programme=programme,
        framework_version=programme.framework.version_on(date(2026, 4, 1)),
        post=by,
        activity=activity,
        period="2027-02",
        ordinal=Assignment.EXTRA + Assignment.objects.count(),
        kind=kind,
        case=CaseFactory(unit=by.unit, worker=worker, **case),
        worker=worker,
        state=state,
        submitted_at=at,
        due_on=at.date(),
    )
    return work


def test_audits_of_restricted_cases_count_only_for_who_is_cleared(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,), (officer,) = plan("bedford"), team["manager"], team["qa"]
    worker = holder(team["workers"][0])
    audited(programme, manager, worker, NOW - timedelta(days=90))
    restricted = audited(programme, manager, worker, NOW - timedelta(days=5), restricted=True)

    def last() -> date | None:
        people = shown(client, officer, what="audited").people
        return next(one.last for one in people if one.user == worker)

    assert last() == date(2026, 12, 1)
    CaseClearanceFactory(case=restricted.case, user=holder(officer), review_on=date(2027, 12, 31))
    assert last() == date(2027, 2, 24)


def test_work_under_way_is_shown_and_does_not_count_as_done(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("bedford"), team["manager"]
    worker = holder(team["workers"][0])
    AssignmentFactory(
        programme=programme,
        framework_version=programme.framework.version_on(date(2026, 4, 1)),
        post=manager,
        activity="practice_observation",
        kind="observation",
        worker=worker,
        state="allocated",
        due_on=date(2027, 3, 31),
    )
    people = {one.user: one for one in shown(client, manager).people}
    assert (people[worker].last, people[worker].given_out) == (None, date(2027, 3, 31))


@pytest.mark.clause("BED-06")
def test_who_had_fewer_than_two_compliance_checks_in_a_month_is_late(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    programme, (manager,) = plan("bedford"), team["manager"]
    both, one, none = (holder(post) for post in team["workers"])

    def check(worker: User, days: int, state: str = "final") -> None:
        at = NOW - timedelta(days=days)
        audited(programme, manager, worker, at, activity="compliance_check", kind="case_review", state=state)

    for days in (40, 20, 3):
        check(both, days)
    check(one, 3)
    check(one, 1, state="in_progress")
    audited(programme, manager, none, NOW - timedelta(days=1))
    audited(programme, manager, none, NOW, activity="other", kind="case_review")
    people = {
        one.user: (one.last, one.by, one.is_late(NOW.date()))
        for one in shown(client, manager, what="compliance_checks").people
    }
    assert people == {
        both: (date(2027, 2, 26), date(2027, 3, 9), False),  # a month after the last but one
        one: (date(2027, 2, 26), date(2025, 2, 6), True),
        none: (None, date(2025, 2, 6), True),
    }
    page = client.get(reverse("reporting:coverage"), {"what": "compliance_checks"}).content.decode()
    assert "Had compliance checks: at least twice in 1 month (BED-06)." in page


def test_small_parts_of_the_organisation_have_no_counts(
    team: dict[str, list[Post]], plan: Plan, client: Client, employ: Employ
) -> None:
    plan("bedford")
    big = team["workers"][0].unit
    employ(big, "practitioner", 4)
    rows = {row[0]: row[1:] for row in shown(client, team["qa"][0]).unit_rows}
    assert rows[team["elsewhere"][0].unit.name] == ["Fewer than 5", "–", "–", "–"]
    employ(team["elsewhere"][0].unit, "practitioner", 6)
    rows = {row[0]: row[1:] for row in shown(client, team["qa"][0]).unit_rows}
    assert rows[big.name] == [7, 0, 7, 7]
    assert rows[team["elsewhere"][0].unit.name] == [7, 0, 7, 7]


def test_teams_are_counted_together_by_their_service(
    root: Unit, grow: Grow, plan: Plan, client: Client, employ: Employ, team: dict[str, list[Post]]
) -> None:
    service = grow("safeguarding", Unit.Kind.SERVICE)
    for code in ("one", "two"):
        employ(grow(code, Unit.Kind.TEAM, service), "practitioner", 3)
    employ(team["elsewhere"][0].unit, "practitioner", 6)
    employ(team["workers"][0].unit, "practitioner", 3)
    plan("bedford")
    rows = {row[0]: row[1:] for row in shown(client, team["qa"][0]).unit_rows}
    assert rows["Safeguarding"] == [6, 0, 6, 6]
    assert "One" not in rows


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"roles": ["chef"]}, "“chef” is not a role"),
        ({"question": None}, "A question and its answers go together"),
        ({"question": "weather"}, "“weather” is not a question"),
        ({"answers": ["picnic"]}, "“picnic” is not an answer"),
        ({"kind": "visit"}, "Choose one of: case_audit"),
    ],
)
def test_a_mistake_in_how_often_is_told(values: dict[str, Any], said: str) -> None:
    content = deepcopy(shipped("sandwell"))
    (rule,) = (one for one in content["framework"]["coverage"] if one["key"] == "home_visit")
    rule.update(values)
    for name in [name for name, value in values.items() if value is None]:
        del rule[name]
    told_of = [str(mistake) for mistake in mistakes_in(content)]
    assert any(said in mistake and "coverage › home_visit" in mistake for mistake in told_of)


def test_the_file_has_everybody_and_the_download_is_logged(
    team: dict[str, list[Post]], plan: Plan, client: Client, employ: Employ
) -> None:
    plan("bedford")
    employ(team["workers"][0].unit, "practitioner", 110)
    coverage = shown(client, team["qa"][0])
    assert len(coverage.rows) == 100
    assert "100 of 114 people" in client.get(reverse("reporting:coverage")).content.decode()
    response = client.get(reverse("reporting:coverage_file"), {"what": "observed"})
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 115
    assert lines[0].startswith("Person,Post,Part of the organisation,Last")
    assert "Never" in lines[1]
    assert RecordRead.objects.filter(label="Coverage, file", reader=holder(team["qa"][0])).count() == 1


def test_as_many_queries_for_a_hundred_people_as_for_four(
    team: dict[str, list[Post]],
    plan: Plan,
    client: Client,
    employ: Employ,
    django_assert_num_queries: Any,
) -> None:
    plan("bedford")
    client.force_login(holder(team["qa"][0]))
    address = reverse("reporting:coverage")
    client.get(address)
    for more in (0, 100):
        employ(team["workers"][0].unit, "practitioner", more)
        with django_assert_num_queries(11):
            client.get(address)


def test_where_no_framework_says_how_often_nothing_is_said_of_being_in_time(
    team: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("lancashire")
    coverage = shown(client, team["qa"][0])
    page = client.get(reverse("reporting:coverage")).content.decode()
    assert "The framework does not say how often." in page
    assert coverage.columns == [
        "Person",
        "Post",
        "Part of the organisation",
        "Last",
        "Days since",
        "Next one",
    ]
    assert coverage.unit_columns == ["Part of the organisation", "People", "Had one", "Never"]
    assert {len(row) for row in coverage.rows} == {6}
    assert {len(row) for row in coverage.unit_rows} == {4}
