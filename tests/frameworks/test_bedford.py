"""Who owes what by month, half-year and year in the Bedford framework."""

from collections import Counter

import pytest

from qaframework.people.models import Unit
from qaframework.rules.periods import ProgrammeYear
from tests.frameworks.conftest import Employ, Plan

MONTHS = [month.key for month in ProgrammeYear(2026).months]


@pytest.mark.clause("BED-03", "BED-04")
@pytest.mark.parametrize("role", ["team_manager", "advanced_practitioner"])
def test_managers_and_advanced_practitioners_audit_one_case_a_month(
    root: Unit, employ: Employ, plan: Plan, role: str
) -> None:
    posts = employ(root, role, 3)
    programme = plan("bedford")
    for post in posts:
        work = programme.assignments.filter(post=post, activity="case_file_audit")
        assert Counter(work.values_list("period", flat=True)) == dict.fromkeys(MONTHS, 1)
    assert not programme.assignments.filter(activity="thematic_audit").exists()


@pytest.mark.clause("BED-35")
def test_leaders_observe_a_meeting_once_or_twice_a_year(root: Unit, employ: Employ, plan: Plan) -> None:
    roles = {"head_of_service": 2, "director": 1, "executive_director": 1, "team_manager": 0}
    posts = {role: employ(root, role)[0] for role in roles}
    programme = plan("bedford")
    for role, number in roles.items():
        work = programme.assignments.filter(post=posts[role], activity="meeting_observation")
        halves = {period < "2026-10" for period in work.values_list("period", flat=True)}
        assert work.count() == number
        assert len(halves) == number or number == 1
