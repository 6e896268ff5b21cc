"""Two frameworks in one installation: each plans, draws and audits for its own units, by its own rules."""

from datetime import UTC, date, datetime

import pytest

from audits import workflow as audits
from audits.models import CaseAudit, SampleDraw
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people.models import Unit
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import bracknell, lancashire

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)


@pytest.mark.clause("LAN-37")
def test_each_framework_has_its_own_units_tools_and_times() -> None:
    authority = small_authority()
    ours = lancashire([authority.duty], now=MARCH)
    theirs = bracknell([authority.care], now=MARCH)
    manager = authority.appoint("care_team_manager", "team_manager", authority.care_team_1)
    for team, worker in (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
        (authority.care_team_1, authority.care_practitioner),
    ):
        CaseFactory.create_batch(9, unit=team, worker=worker, opened_on=date(2025, 6, 1))
    for version in (ours, theirs):
        allocation.make_programme(framework=version.framework, year=2026, by=None, now=MARCH)
    assert functions_of(ours.pk) == {authority.duty}
    assert functions_of(theirs.pk) == {authority.care}

    for month in range(3, 13):
        audits.draw_due_months(now=datetime(2026, month, 2, 6, 0, tzinfo=UTC))
    drawn = set(SampleDraw.objects.values_list("programme__framework__key", "activity"))
    assert drawn == {("lancashire", "learning_space"), ("bracknell", "live_audit")}
    tools = CaseAudit.objects.values_list(
        "assignment__programme__framework__key", "answer_set__tool_version__tool__key"
    )
    assert set(tools) == {("lancashire", "learning_space"), ("bracknell", "live_audit")}

    mine = Assignment.objects.filter(post=authority.post_of[manager], state="allocated")
    assert {one.activity for one in mine} == {"live_audit"}
    assert all(one.due_on.month == one.allocated_on.month for one in mine), "due by the end of its month"
    weeks = Assignment.objects.filter(activity="learning_space", state="allocated")
    assert {(one.due_on - one.allocated_on).days for one in weeks} == {28}, "four weeks from allocation"


def functions_of(version_pk: int) -> set[Unit]:
    """The functions whose posts owe work under the version."""
    work = Assignment.objects.filter(framework_version=version_pk).select_related("post__unit")
    return {Unit.objects.above(one.post.unit).get(kind=Unit.Kind.FUNCTION) for one in work}
