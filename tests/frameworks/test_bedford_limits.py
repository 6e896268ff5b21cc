"""Up to four more thematic audits a year in the Bedford framework: planned, drawn by theme, warned of."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from audits.workflow import draw_month, set_theme
from qaframework.allocation.limits import limits_exceeded_by, over_limit
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import plan_more, withdraw
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from tests.factories.caseload import CaseFactory
from tests.factories.people import UserFactory
from tests.frameworks.conftest import Employ, Grow, Plan

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
WARNING = (
    "Thematic audit: {post} now has 5 in April 2026 to March 2027. "
    "The framework asks for no more than 4 a year."
)


@pytest.fixture
def officer(root: Unit, employ: Employ) -> User:
    (post,) = employ(root, "qa_officer")
    user: User = post.holdings.get().user
    return user


def one_more(programme: Programme, post: Post, month: str, by: User) -> Assignment:
    return plan_more(
        programme=programme, activity="thematic_audit", post=post, month=Month.parse(month), by=by, now=NOW
    )


@pytest.mark.clause("BED-05")
@pytest.mark.parametrize("role", ["team_manager", "advanced_practitioner"])
def test_four_a_year_are_planned_in_peace_and_the_fifth_with_a_warning(
    root: Unit, employ: Employ, plan: Plan, officer: User, role: str
) -> None:
    post, colleague = employ(root, role, 2)
    programme = plan("bedford")
    pack = programme.framework.versions.get().pack
    four = [
        one_more(programme, post, month, officer) for month in ("2026-05", "2026-07", "2026-07", "2027-01")
    ]
    one_more(programme, colleague, "2026-05", officer)
    assert [limits_exceeded_by(work) for work in four] == [[]] * 4
    assert over_limit(programme, pack) == []
    fifth = one_more(programme, post, "2027-03", officer)
    assert limits_exceeded_by(fifth) == [WARNING.format(post=post)]
    assert [(over.post, over.excess.count) for over in over_limit(programme, pack)] == [(post, 5)]
    withdraw(assignment=four[0], reason="The theme was dropped", by=officer, now=NOW)
    assert over_limit(programme, pack) == []


@pytest.mark.clause("BED-05")
def test_an_additional_audit_gets_its_case_by_the_theme_of_its_month(
    root: Unit, grow: Grow, employ: Employ, plan: Plan, officer: User
) -> None:
    (post,) = employ(root, "team_manager")
    team, worker = grow("casework", Unit.Kind.TEAM), UserFactory()
    for number in range(10):
        CaseFactory(
            child_ref=f"T-{number}",
            unit=team,
            worker=worker,
            opened_on=date(2025, 1, 6),
            plan_type="looked_after" if number < 3 else "child_in_need",
        )
    programme = plan("bedford")
    work = one_more(programme, post, "2026-05", officer)
    may = Month.parse("2026-05")
    set_theme(
        programme=programme,
        month=may,
        unit=root,
        title="Moves in care",
        source="Directorate management team",
        criteria=CaseCriteria(plan_types=("looked_after",)),
        by=officer,
        now=NOW,
    )
    draw_month(framework=programme.framework, month=may, seed="1", by=officer, now=NOW)
    work.refresh_from_db()
    assert (work.state, work.theme, work.selection) == ("allocated", "Moves in care", "targeted")
    assert work.case.plan_type == "looked_after"


@pytest.fixture
def page(client: Client, officer: User, time_machine: Any) -> Client:
    time_machine.move_to(NOW)
    client.force_login(officer)
    return client


@pytest.mark.clause("BED-05")
def test_who_plans_reads_the_warning_and_so_does_who_looks_at_the_year(
    root: Unit, employ: Employ, plan: Plan, page: Client
) -> None:
    (post,) = employ(root, "team_manager")
    programme = plan("bedford")
    address = reverse("allocation:plan_more", args=[programme.pk])
    sent = {"activity": "thematic_audit", "post": post.pk, "month": "2026-06"}
    for _ in range(4):
        answer = page.post(address, sent)
        assert [str(one) for one in get_messages(answer.wsgi_request)][-1].startswith(
            "Thematic audit, June 2026"
        )
        page.get(answer["Location"])
    answer = page.post(address, sent, follow=True)
    warning = WARNING.format(post=post)
    assert str(list(answer.context["messages"])[-1]) == warning
    year = page.get(reverse("allocation:programme"), {"programme": programme.pk})
    assert year.context["view"].over == [warning]
    assert warning in year.content.decode()
    assert (
        warning
        in page.get(reverse("allocation:programme_post", args=[programme.pk, post.pk])).content.decode()
    )


def test_what_is_moved_to_a_post_counts_for_it(
    root: Unit, employ: Employ, plan: Plan, officer: User, page: Client
) -> None:
    post, giver = employ(root, "team_manager", 2)
    programme = plan("bedford")
    for _ in range(4):
        one_more(programme, post, "2026-06", officer)
    moved = one_more(programme, giver, "2026-06", officer)
    address = reverse("allocation:reallocate", args=[moved.pk])
    answer = page.post(address, {"to_post": post.pk, "reason": "Long leave"}, follow=True)
    assert WARNING.format(post=post) in [str(one) for one in answer.context["messages"]]


def test_only_drawn_work_and_months_to_come_can_be_planned(
    root: Unit, employ: Employ, plan: Plan, officer: User
) -> None:
    (post,) = employ(root, "team_manager")
    programme = plan("bedford")
    for values, words in [
        ({"month": Month.parse("2026-03")}, "from the present one to March 2027"),
        ({"month": Month.parse("2027-04")}, "from the present one to March 2027"),
        ({"activity": "supervision_case"}, "not drawn at random"),
        ({"activity": "nothing"}, "not drawn at random"),
    ]:
        usual = {"activity": "thematic_audit", "month": Month.parse("2026-05")}
        with pytest.raises(Refused, match=words):
            plan_more(programme=programme, post=post, by=officer, now=NOW, **{**usual, **values})
