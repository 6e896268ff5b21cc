"""Draws on the register: at random and replayable, from the own function, once, never hidden afterwards."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from audits.frames import NO_AUDITOR, RECENTLY_AUDITED, RESTRICTED, freeze, thaw
from audits.models import CaseAudit, DrawnCase, SampleDraw
from audits.tasks import draw_due_samples
from audits.workflow import draw_due_months, draw_month, replace_case, verify_draw
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import begin, make_programme
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.packs.models import FrameworkVersion
from qaframework.people.directory import Organisation
from qaframework.people.models import Unit
from qaframework.people.refusal import Refused
from qaframework.rules import sampling
from qaframework.rules.periods import Month
from tests.factories.allocation import AssignmentFactory, owed
from tests.factories.audits import frame_of
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import lancashire
from tests.factories.people import PostFactory, PostHoldingFactory, UnitFactory, UserFactory

BEFORE = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
DRAW_DAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DECEMBER = Month(2026, 12)
ACTIVITY = "learning_space"


@pytest.fixture
def version(authority: Authority) -> FrameworkVersion:
    return lancashire([authority.root], now=BEFORE)


@pytest.fixture
def caseload(authority: Authority) -> list[Case]:
    teams = (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
        (authority.care_team_1, authority.care_practitioner),
    )
    return [
        CaseFactory(
            child_ref=f"{team.code}-{plan[6:]}-{number}",
            unit=team,
            worker=worker,
            plan_type=plan,
            opened_on=date(2025, 6, 1),
        )
        for team, worker in teams
        for plan in ("child_in_need", "child_protection")
        for number in range(8)
    ]


@pytest.fixture
def programme(version: FrameworkVersion, caseload: list[Case]) -> Programme:
    """A year without any work in it."""
    return Programme.objects.create(
        framework=version.framework,
        year=2026,
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        created_at=BEFORE,
    )


@pytest.fixture
def owed_by(programme: Programme, version: FrameworkVersion, authority: Authority) -> Any:
    def owe(*names: str, activity: str = ACTIVITY, period: str = "2026-12") -> list[Assignment]:
        return [
            AssignmentFactory(
                programme=programme,
                framework_version=version,
                post=authority.post_of[getattr(authority, name)],
                activity=activity,
                period=period,
            )
            for name in names
        ]

    return owe


MANAGERS = ("team_manager", "team_manager_2", "senior_manager", "head_of_service", "care_head_of_service")


def drawn_in(programme: Programme, seed: str | None = "7", month: Month = DECEMBER) -> list[SampleDraw]:
    return draw_month(framework=programme.framework, month=month, seed=seed, by=None, now=DRAW_DAY).draws


def chosen(draw: SampleDraw) -> list[str]:
    rows = draw.cases.filter(is_reserve=False).order_by("position")
    return list(rows.values_list("case__child_ref", flat=True))


@pytest.mark.clause("LAN-06", "LAN-08")
def test_every_post_gets_a_case_of_its_own_function(owed_by, programme, authority):
    owed_by(*MANAGERS)
    drawn_in(programme)
    organisation = Organisation.load(DRAW_DAY.date())
    allocated = Assignment.objects.filter(state="allocated").select_related("case", "post")
    assert len(allocated) == len(MANAGERS)
    for one in allocated:
        assert organisation.function_of(one.case.unit_id) == organisation.function_of(one.post.unit_id)
        assert one.selection == Assignment.Selection.RANDOM
    assert {draw.pool for draw in SampleDraw.objects.all()} == {authority.duty, authority.care}


@pytest.mark.clause("LAN-06")
def test_a_function_without_cases_of_its_own_looks_at_the_whole_authoritys(owed_by, programme, authority):
    reviewing = UnitFactory(
        code="reviewing", name="Reviewing", kind=Unit.Kind.FUNCTION, parent=authority.root
    )
    authority.appoint("reviewing_officer", "iro", reviewing)
    owed_by("reviewing_officer")
    (draw,) = drawn_in(programme)
    assert draw.pool == authority.root
    assert Assignment.objects.get(state="allocated").case is not None


def test_nobody_gets_their_own_case_or_that_of_somebody_they_manage(owed_by, programme, authority):
    """Nine months of draws, so that it is no accident; and each gets a case."""
    CaseFactory.create_batch(8, unit=authority.duty_team_1, worker=authority.team_manager)
    for month in range(4, 13):
        owed_by("team_manager", "team_manager_2", period=f"2026-{month:02}")
        drawn_in(programme, seed=str(month), month=Month(2026, month))
    pairs = Assignment.objects.filter(state="allocated").values_list("post__code", "worker__email")
    assert len(pairs) == 9 * 2
    forbidden = {
        ("team-manager", authority.team_manager.email),
        ("team-manager", authority.practitioner.email),
        ("team-manager-2", authority.practitioner_2.email),
    }
    assert forbidden.isdisjoint(pairs)


@pytest.mark.clause("RBWM-10")
def test_every_month_is_drawn_at_random_with_nobody_asking(owed_by, programme):
    """Each month has its own seed, and a case that was audited stays out of the next frames."""
    months = [Month(2026, 10), Month(2026, 11), Month(2026, 12)]
    for month in months:
        owed_by("team_manager", "team_manager_2", period=month.key)
    for month in (9, 10, 11):
        draw_due_months(now=datetime(2026, month, 2, 6, 0, tzinfo=UTC))
    draws = SampleDraw.objects.order_by("period")
    assert [draw.period for draw in draws] == [month.key for month in months]
    assert len({draw.seed for draw in draws}) == 3
    given = Assignment.objects.filter(state="allocated")
    assert len({one.case_id for one in given}) == 6
    assert set(given.values_list("selection", flat=True)) == {"random"}


@pytest.mark.clause("BF-01", "LAN-09")
def test_the_draw_is_made_a_month_ahead_and_both_are_told(owed_by, programme, authority):
    owed_by("team_manager")
    early = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert draw_due_months(now=early).draws == []
    on_the_day = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert draw_due_months(now=on_the_day).allocated == 1
    assignment = Assignment.objects.get()
    assert (assignment.allocated_on, assignment.due_on) == (date(2026, 12, 1), date(2026, 12, 29))
    told = {notice.recipient for notice in Notice.objects.filter(url__endswith=f"/work/{assignment.pk}/")}
    assert told == {authority.team_manager, assignment.worker}
    assert CaseAudit.objects.get().assignment == assignment


def test_a_month_that_has_passed_is_not_drawn_any_more(owed_by, programme):
    owed_by("team_manager", period="2026-10")
    owed_by("senior_manager", period="2026-11")
    assert draw_due_months(now=datetime(2026, 11, 30, 6, 0, tzinfo=UTC)).allocated == 1
    assert SampleDraw.objects.get().period == "2026-11"


@pytest.mark.clause("LAN-09")
def test_a_draw_that_comes_late_still_leaves_four_weeks(owed_by, programme, authority):
    owed_by("team_manager")
    in_the_month = datetime(2026, 12, 10, 6, 0, tzinfo=UTC)
    assert draw_due_months(now=in_the_month).allocated == 1
    assignment = Assignment.objects.get()
    assert (assignment.allocated_on, assignment.due_on) == (date(2026, 12, 10), date(2027, 1, 7))


def test_the_same_seed_gives_the_same_cases_and_another_seed_others(owed_by, programme):
    owed_by(*MANAGERS)
    first = {draw.pool.code: chosen(draw) for draw in drawn_in(programme)}
    outcomes = []
    for seed in ("7", "8", "9"):
        CaseAudit.objects.all().delete()
        DrawnCase.objects.update(assignment=None, state="unused")
        SampleDraw.objects.all().delete()
        Assignment.objects.update(state="planned", case=None, clock=None)
        outcomes.append({draw.pool.code: chosen(draw) for draw in drawn_in(programme, seed=seed)})
    assert outcomes[0] == first
    assert first not in outcomes[1:]


def test_a_draw_without_a_seed_gets_one_that_nobody_can_guess(owed_by, programme):
    owed_by("team_manager", "care_head_of_service")
    seeds = [draw.seed for draw in drawn_in(programme, seed=None)]
    assert [len(seed) for seed in seeds] == [32, 32]
    assert len(set(seeds)) == 2


def test_drawing_again_changes_nothing(owed_by, programme):
    owed_by(*MANAGERS)
    drawn_in(programme)
    before = list(DrawnCase.objects.values_list("case", "state", "assignment"))
    again = draw_month(
        framework=programme.framework, month=DECEMBER, seed="other", by=None, now=DRAW_DAY + timedelta(days=1)
    )
    assert (again.draws, again.allocated) == ([], 0)
    assert list(DrawnCase.objects.values_list("case", "state", "assignment")) == before


def test_the_task_draws_what_is_due_and_then_nothing(owed_by, programme, time_machine):
    owed_by("team_manager", "care_head_of_service")
    time_machine.move_to(DRAW_DAY)
    assert draw_due_samples() == 2
    assert draw_due_samples() == 0


def test_too_few_cases_are_a_shortfall_and_never_drawn_twice(owed_by, programme, authority):
    Case.objects.filter(unit__in=[authority.duty_team_1, authority.duty_team_2]).delete()
    only = CaseFactory(
        unit=authority.duty_team_2, worker=authority.practitioner_2, opened_on=date(2025, 1, 1)
    )
    owed_by("team_manager", "senior_manager")
    drawn = draw_month(framework=programme.framework, month=DECEMBER, seed="7", by=None, now=DRAW_DAY)
    assert [(draw.size, draw.shortfall) for draw in drawn.draws] == [(2, 1)]
    assert drawn.allocated == 1
    assert any("1 of 2 could not be drawn" in warning for warning in drawn.warnings)
    assert DrawnCase.objects.get().case == only
    assert Assignment.objects.filter(state="planned").count() == 1


def test_a_case_that_no_auditor_of_the_draw_may_audit_is_left_out(owed_by, programme, authority):
    owed_by("team_manager")
    (draw,) = drawn_in(programme)
    assert draw.exclusions == {NO_AUDITOR: 16}
    assert draw.frame_size == 16
    assert {row.case.unit for row in draw.cases.all()} == {authority.duty_team_2}


def test_a_month_without_a_programme_is_refused(version):
    with pytest.raises(Refused, match="no programme for December 2030"):
        draw_month(framework=version.framework, month=Month(2030, 12), seed=None, by=None, now=DRAW_DAY)


@pytest.mark.clause("LAN-10")
def test_managers_of_the_mash_owe_and_get_two_mash_learning_spaces_a_month(authority, version, caseload):
    mash = UnitFactory(code="mash", name="MASH", kind="function", parent=authority.root)
    manager, worker = UserFactory(), UserFactory()
    post = PostFactory(code="mash-manager", role="team_manager", unit=mash)
    PostHoldingFactory(post=post, user=manager)
    CaseFactory.create_batch(6, unit=mash, worker=worker, opened_on=date(2026, 10, 30))
    make_programme(framework=version.framework, year=2026, by=None, now=BEFORE)
    owed = Assignment.objects.filter(post=post)
    spaces = owed.filter(activity="mash_learning_space")
    assert {month: spaces.filter(period=month).count() for month in ("2026-05", "2026-12", "2027-03")} == {
        "2026-05": 2,
        "2026-12": 2,
        "2027-03": 2,
    }
    assert not owed.filter(activity="learning_space").exists()
    draw_month(framework=version.framework, month=DECEMBER, seed="7", by=None, now=DRAW_DAY)
    given = spaces.filter(period="2026-12", state="allocated").select_related("case")
    assert len({one.case_id for one in given}) == 2
    assert {one.case.unit for one in given} == {mash}


# The frame


def rule_of(version: FrameworkVersion):
    return version.pack.activity(ACTIVITY).draw


def test_cases_that_may_not_be_drawn_are_left_out_with_the_reason(version, authority, caseload):
    values = {"unit": authority.duty_team_1, "worker": authority.practitioner, "opened_on": date(2025, 6, 1)}
    left_out = {
        CaseFactory(**values, restricted=True).child_ref: RESTRICTED,
        CaseFactory(
            **values, on_hold_reason="Complaint"
        ).child_ref: "On hold because of a complaint or review",
        CaseFactory(**{**values, "worker": None}).child_ref: "No practitioner is recorded",
        CaseFactory(**{**values, "opened_on": date(2026, 9, 22)}).child_ref: "Open for too short a time",
    }
    just_in = CaseFactory(**{**values, "opened_on": date(2026, 9, 21)})
    closed = CaseFactory(**values, closed=True)
    frame = frame_of(authority.duty, rule_of(version), date(2026, 11, 2))
    references = {entry.reference for entry in frame.entries}
    assert frame.exclusions == left_out
    assert just_in.child_ref in references
    assert closed.child_ref not in references | set(frame.exclusions)
    assert not references & set(left_out)
    assert frame.exclusion_counts == dict.fromkeys(left_out.values(), 1)


@pytest.mark.parametrize(
    ("state", "submitted", "is_left_out"),
    [
        ("in_progress", None, True),
        ("final", datetime(2025, 11, 2, 0, 0, tzinfo=UTC), True),
        ("final", datetime(2025, 11, 1, 23, 59, tzinfo=UTC), False),
        ("withdrawn", None, False),
    ],
)
def test_a_case_audited_within_twelve_months_is_left_out(
    owed_by, version, authority, caseload, state, submitted, is_left_out
):
    case = caseload[0]
    (assignment,) = owed_by("team_manager_2")
    Assignment.objects.filter(pk=assignment.pk).update(
        case=case, state=state, submitted_at=submitted, due_on=date(2026, 12, 1)
    )
    frame = frame_of(authority.duty, rule_of(version), date(2026, 11, 2))
    assert (frame.exclusions.get(case.child_ref) == RECENTLY_AUDITED) is is_left_out


def test_a_plain_draw_has_no_strata(version, authority, caseload):
    mash = version.pack.activity("mash_learning_space").draw
    assert {entry.stratum for entry in frame_of(authority.duty, mash, date(2026, 11, 2)).entries} == {""}
    by_plan = frame_of(authority.duty, rule_of(version), date(2026, 11, 2))
    assert {entry.stratum for entry in by_plan.entries} == {"child_in_need", "child_protection"}


def test_a_frozen_frame_thaws_as_it_was(version, authority, caseload):
    frame = frame_of(authority.duty, rule_of(version), date(2026, 11, 2))
    assert thaw(freeze(frame)) == frame
    with pytest.raises(ValueError, match="damaged"):
        thaw(freeze(frame)[:-9])


# Replaying


@pytest.fixture
def draw(owed_by, programme) -> SampleDraw:
    owed_by("team_manager", "team_manager_2", "senior_manager")
    return drawn_in(programme)[0]


@pytest.mark.clause("BF-01")
def test_a_draw_can_be_made_again_from_its_record_alone(draw):
    Case.objects.update(plan_type="care_leaver", status="closed")
    assert verify_draw(SampleDraw.objects.get(pk=draw.pk)).matches


def other_frame(draw: SampleDraw) -> bytes:
    frame = thaw(draw.frame)
    return freeze(type(frame)(frame.entries[1:], frame.exclusions))


def none_may_audit_theirs(draw: SampleDraw) -> list[dict[str, Any]]:
    return [{**turn, "may_not": {str(turn["case"]): "A conflict of interest."}} for turn in draw.turns]


def shorter(draw: SampleDraw) -> dict[str, Any]:
    """A frame and a hash that fit each other, but not the cases."""
    frame = thaw(draw.frame)
    drawn = set(chosen(draw))
    entries = tuple(entry for entry in frame.entries if entry.reference not in drawn)
    return {
        "frame": freeze(type(frame)(entries, frame.exclusions)),
        "frame_hash": sampling.frame_hash(entries, frame.exclusions),
        "frame_size": len(entries),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda draw: {"seed": "8"}, "when drawn again"),
        (lambda draw: {"size": draw.size + 1}, "again"),
        (lambda draw: {"frame": other_frame(draw)}, "not the one recorded"),
        (lambda draw: {"frame": b"nonsense"}, "damaged"),
        (lambda draw: {"frame_hash": "0" * 64}, "not the one recorded"),
        (shorter, "when drawn again"),
        (lambda draw: {"settings": {**draw.settings, "reserve_share": 0.5}}, "settings"),
        (lambda draw: {"frame_size": draw.frame_size + 1}, "could be drawn"),
        (lambda draw: {"exclusions": {"Restricted case": 9}}, "leaving some out"),
        (lambda draw: {"shortfall": 1}, "shortfall"),
        (lambda draw: {"turns": draw.turns[::-1]}, "order of their tickets"),
        (lambda draw: {"turns": draw.turns[1:]}, "order of their tickets"),
        (lambda draw: {"turns": [{**turn, "case": 0} for turn in draw.turns]}, "another case"),
        (lambda draw: {"turns": none_may_audit_theirs(draw)}, "another case"),
    ],
)
def test_a_changed_record_does_not_match(draw, change, said):
    SampleDraw.objects.filter(pk=draw.pk).update(**change(draw))
    replayed = verify_draw(SampleDraw.objects.get(pk=draw.pk))
    assert not replayed.matches
    assert said in replayed.difference


def test_a_swapped_case_and_a_forged_ticket_do_not_match(draw, caseload):
    one = draw.cases.filter(is_reserve=False).first()
    drawn = draw.cases.values("case")
    other = Case.objects.filter(unit=one.case.unit).exclude(pk__in=drawn).first()
    DrawnCase.objects.filter(pk=one.pk).update(case=other)
    assert other.child_ref in verify_draw(draw).difference
    DrawnCase.objects.filter(pk=one.pk).update(case=one.case, ticket="0" * 64)
    assert "ticket" in verify_draw(draw).difference


# Replacing


def allocated(draw: SampleDraw) -> DrawnCase:
    """The senior manager's, who may audit any case of the function."""
    rows = draw.cases.filter(assignment__post__code="senior-manager")
    return rows.select_related("assignment", "case").get()


def test_a_replaced_case_stays_visible_and_the_next_reserve_of_its_kind_takes_its_place(draw, authority):
    one = allocated(draw)
    new = replace_case(
        drawn=one, reason="closed", note="Closed last week", by=authority.qa_officer, now=DRAW_DAY
    )
    one.refresh_from_db()
    assert (one.state, one.replaced_by, one.replacement_reason) == ("replaced", new, "closed")
    assert (new.state, new.stratum) == ("allocated", one.stratum)
    assert new.assignment.case == new.case
    assert new.assignment.worker == new.case.worker
    assert CaseAudit.objects.get(assignment=new.assignment).action_plan.case == new.case
    assert verify_draw(draw).matches


def test_a_reserve_of_the_same_kind_comes_before_an_earlier_one_of_another(draw, authority):
    first, one = draw.cases.filter(is_reserve=True).order_by("position")[0], allocated(draw)
    one.stratum = draw.cases.filter(is_reserve=True).exclude(stratum=first.stratum)[0].stratum
    one.save()
    new = replace_case(drawn=one, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)
    assert new.stratum == one.stratum
    assert new.position > first.position


@pytest.mark.parametrize("why", ["restricted", "closed", "on hold", "nobody's", "being audited"])
def test_a_reserve_that_could_no_longer_be_drawn_is_passed_over(draw, authority, why):
    one = allocated(draw)
    reserves = Case.objects.filter(draws__draw=draw, draws__state__in=("reserve", "unused"))
    if why == "being audited":
        post = authority.post_of[authority.director]
        for number, case in enumerate(reserves, 1):
            owed(authority, post, due_on=date(2026, 12, 1), now=DRAW_DAY, case=case, ordinal=number)
    else:
        change = {
            "restricted": {"is_restricted": True, "restriction_reason": "Related to a colleague"},
            "closed": {"status": "closed"},
            "on hold": {"on_hold_reason": "Complaint"},
            "nobody's": {"worker": None},
        }[why]
        for case in reserves:
            Case.objects.filter(pk=case.pk).update(**change)
    with pytest.raises(Refused, match="No suitable reserve"):
        replace_case(drawn=one, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)


def test_without_a_reserve_of_its_kind_another_takes_the_place(draw, authority):
    one = allocated(draw)
    Case.objects.filter(draws__draw=draw, draws__is_reserve=True, draws__stratum=one.stratum).update(
        on_hold_reason="Complaint"
    )
    new = replace_case(drawn=one, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)
    assert new.stratum != one.stratum
    left = Case.objects.filter(draws__draw=draw, draws__state__in=("reserve", "unused"))
    left.update(on_hold_reason="Complaint")
    with pytest.raises(Refused, match="No suitable reserve"):
        replace_case(drawn=new, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)


def test_only_listed_reasons_replace_and_only_before_the_audit_began(draw, authority):
    one = allocated(draw)
    with pytest.raises(Refused, match="one of the reasons"):
        replace_case(drawn=one, reason="easier", note="", by=authority.qa_officer, now=DRAW_DAY)
    begin(assignment=one.assignment, by=authority.senior_manager, now=DRAW_DAY)
    with pytest.raises(Refused, match="has begun"):
        replace_case(drawn=one, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)
    reserve = draw.cases.filter(state="reserve").first()
    with pytest.raises(Refused, match="allocated now"):
        replace_case(drawn=reserve, reason="closed", note="", by=authority.qa_officer, now=DRAW_DAY)


@pytest.mark.slow
def test_every_case_is_drawn_about_equally_often(version, authority, caseload):
    """400 draws of 6 out of 32: chi-squared with 31 degrees of freedom stays below its 99.9% point."""
    frame = frame_of(authority.duty, rule_of(version), date(2026, 11, 2))
    counts = dict.fromkeys((entry.reference for entry in frame.entries), 0)
    for seed in range(400):
        for pick in sampling.draw(frame.entries, 6, str(seed)).chosen:
            counts[pick.reference] += 1
    expected = 400 * 6 / len(counts)
    assert len(counts) == 32
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 61.1
