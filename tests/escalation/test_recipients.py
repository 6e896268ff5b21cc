"""Who is told is decided on the day of the step, by the posts and holders of that day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.models import EscalationStep, StepRecipient
from escalation.workflow import sweep
from qaframework.notices.models import Notice
from qaframework.people.models import PostHolding
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import small_authority
from tests.factories.clocks import framework_version, rung, running_clock
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

DUE_ON = date(2026, 12, 8)
NOW = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
TOLD_ON = date(2026, 12, 10)
THEN = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def authority():
    return small_authority()


def escalate(authority, *words, owner=None, before=False):
    """The people (and notes) that a step to these words reaches, for work that ``owner`` owes."""
    version = framework_version(one=[rung("Late", "0 days" if before else "2 days", *words, before=before)])
    owner = owner or authority.team_manager
    clock = running_clock(
        authority,
        due_at=end_of_day(TOLD_ON if before else DUE_ON),
        now=NOW,
        version=version,
        ladder="one",
        owner=authority.post_of[owner],
    )
    swept = sweep(now=THEN)
    reached = StepRecipient.objects.filter(step__clock=clock).select_related("user")
    return {one.user: one.note for one in reached}, swept.warnings


def leave(authority, user, on=date(2026, 12, 9)):
    PostHolding.objects.filter(user=user).update(ends_on=on)


def vacate(authority, *users):
    for user in users:
        leave(authority, user)


@pytest.mark.clause("LAN-29")
def test_the_post_is_told_not_the_person_who_held_it_when_the_work_began(authority):
    leave(authority, authority.senior_manager)
    successor = UserFactory()
    PostHoldingFactory(
        post=authority.post_of[authority.senior_manager], user=successor, starts_on=date(2026, 12, 10)
    )
    assert escalate(authority, "senior_manager") == ({successor: ""}, ())


def test_whoever_acts_in_the_post_is_told_instead_of_its_holder(authority):
    acting = UserFactory()
    PostHoldingFactory(
        post=authority.post_of[authority.director], user=acting, is_acting=True, starts_on=date(2026, 12, 1)
    )
    assert escalate(authority, "director") == ({acting: ""}, ())


@pytest.mark.parametrize("gone", [{"left_on": date(2026, 12, 9)}, {"is_active": False}])
def test_a_leaver_is_not_told(authority, gone):
    type(authority.director).objects.filter(pk=authority.director.pk).update(**gone)
    reached, _ = escalate(authority, "director")
    assert set(reached) == {authority.executive_director}


def test_a_vacant_post_is_replaced_by_the_next_more_senior_one_and_it_says_so(authority):
    vacate(authority, authority.senior_manager)
    reached, warnings = escalate(authority, "senior_manager")
    assert reached == {
        authority.head_of_service: "Senior manager, Duty and assessment is vacant, told instead"
    }
    assert warnings == ()
    assert "is vacant, so this comes to you.)" in Notice.objects.get().body


def test_several_vacancies_are_climbed_past(authority):
    vacate(authority, authority.senior_manager, authority.head_of_service, authority.director)
    reached, _ = escalate(authority, "senior_manager", "head_of_service")
    assert set(reached) == {authority.executive_director}


def test_a_person_in_two_roles_of_one_step_is_told_once(authority):
    PostHoldingFactory(post=authority.post_of[authority.senior_manager], user=authority.head_of_service)
    leave(authority, authority.senior_manager)
    reached, _ = escalate(authority, "senior_manager", "head_of_service")
    assert set(reached) == {authority.head_of_service}
    assert Notice.objects.count() == 1


def test_a_role_that_this_part_of_the_tree_does_not_have_goes_up_too(authority):
    reached, _ = escalate(authority, "senior_manager", owner=authority.outsider)
    assert reached == {authority.care_head_of_service: "no Senior Manager here, told instead"}


def test_of_several_posts_of_a_role_in_one_unit_only_the_owners_own_manager_is_told(authority):
    PostHoldingFactory(
        post=PostFactory(role="senior_manager", unit=authority.duty, title="Senior manager of team 2")
    )
    reached, _ = escalate(authority, "senior_manager")
    assert set(reached) == {authority.senior_manager}


def test_all_of_them_are_told_when_none_manages_the_owner(authority):
    other = PostHoldingFactory(post=PostFactory(role="director", unit=authority.root)).user
    type(authority.post_of[authority.head_of_service]).objects.filter(
        pk=authority.post_of[authority.head_of_service].pk
    ).update(reports_to=None)
    reached, _ = escalate(authority, "director")
    assert set(reached) == {authority.director, other}


@pytest.mark.parametrize(
    ("owner", "words", "expected"),
    [
        ("senior_manager", ["senior_manager"], {"senior_manager", "head_of_service"}),
        ("head_of_service", ["head_of_service"], {"head_of_service", "director"}),
        ("head_of_service", ["senior_manager", "head_of_service"], {"head_of_service", "director"}),
        ("head_of_service", ["senior_manager"], {"director"}),
        ("director", ["senior_manager", "director"], {"director", "executive_director"}),
        ("director", ["director"], {"director", "executive_director"}),
        ("team_manager", ["owner"], {"team_manager", "senior_manager"}),
        ("practitioner", ["owner"], {"practitioner", "team_manager"}),
    ],
)
def test_nobody_is_the_only_one_told_about_their_own_work(authority, owner, words, expected):
    reached, warnings = escalate(authority, *words, owner=getattr(authority, owner))
    assert {user.email.split("@")[0] for user in reached} == expected
    assert warnings == ()


@pytest.mark.clause("LAN-29")
def test_nobody_is_told_of_the_late_work_of_those_who_manage_them(authority):
    """Of two Senior Managers in the unit of a Head of Service, one reports to them and the other does not."""
    beside = PostFactory(
        role="senior_manager",
        unit=authority.post_of[authority.senior_manager].unit,
        reports_to=authority.post_of[authority.director],
    )
    told = PostHoldingFactory(post=beside).user
    assert escalate(authority, "senior_manager", owner=authority.head_of_service) == ({told: ""}, ())


def test_a_manager_who_is_told_besides_the_person_reads_why(authority):
    escalate(authority, "owner")
    body = Notice.objects.get(recipient=authority.senior_manager).body
    assert "This step would reach nobody but the person whose work it is, so it comes to you as well." in body


def test_the_person_is_meant_not_the_post(authority):
    """A Head of Service who acts as Senior Manager hears of their own late work; so does the Director."""
    PostHoldingFactory(
        post=authority.post_of[authority.senior_manager], user=authority.head_of_service, is_acting=True
    )
    reached, _ = escalate(authority, "senior_manager", "head_of_service", owner=authority.head_of_service)
    assert set(reached) == {authority.head_of_service, authority.director}
    assert "own" in reached[authority.director]


def test_the_last_step_about_the_most_senior_person_warns_that_nobody_is_above(authority):
    reached, warnings = escalate(authority, "executive_director", owner=authority.executive_director)
    assert set(reached) == {authority.executive_director}
    assert "Nobody above the person" in warnings[0]


def test_a_reminder_may_go_to_the_owner_alone(authority):
    assert escalate(authority, "owner", before=True) == ({authority.team_manager: ""}, ())


def test_a_reminder_to_a_vacant_post_goes_to_its_line_manager(authority):
    vacate(authority, authority.team_manager)
    reached, _ = escalate(authority, "owner", before=True)
    assert reached == {authority.senior_manager: "Team manager, Duty team 1 is vacant, told instead"}


def test_the_line_manager_of_the_owner(authority):
    assert set(escalate(authority, "line_manager")[0]) == {authority.senior_manager}


def test_a_vacant_line_manager_is_replaced_by_theirs(authority):
    vacate(authority, authority.senior_manager)
    reached, _ = escalate(authority, "line_manager")
    assert reached == {
        authority.head_of_service: "Senior manager, Duty and assessment is vacant, told instead"
    }


def test_when_nobody_holds_anything_the_step_is_recorded_with_a_warning(authority):
    PostHolding.objects.all().delete()
    reached, warnings = escalate(authority, "director")
    assert reached == {}
    assert warnings == (
        "Late, work of Team manager, Duty team 1: Nobody holds Director of Children's Social Care or a "
        "post above it for this work.",
    )
    assert EscalationStep.objects.count() == 1
    assert not Notice.objects.exists()


def test_quality_assurance_is_not_on_the_line_of_management(authority):
    """A Quality assurance manager is as senior as a Senior Manager, yet no vacancy leads there."""
    vacate(authority, authority.team_manager, authority.senior_manager)
    reached, _ = escalate(authority, "team_manager")
    assert set(reached) == {authority.head_of_service}


def test_holders_change_between_two_steps(authority):
    running_clock(authority, due_at=end_of_day(DUE_ON), now=NOW)
    sweep(now=THEN)
    successor = UserFactory()
    leave(authority, authority.director, on=date(2026, 12, 14))
    PostHoldingFactory(
        post=authority.post_of[authority.director], user=successor, starts_on=date(2026, 12, 15)
    )
    sweep(now=THEN + timedelta(days=5))
    assert EscalationStep.objects.get(name="7 days late").reached.get().user == successor
