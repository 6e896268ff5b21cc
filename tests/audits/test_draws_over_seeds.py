"""Whatever the seed, a case that was audited lately never comes up."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from audits.frames import RECENTLY_AUDITED, SIBLING_AUDITED
from qaframework.allocation.models import Assignment
from qaframework.rules.sampling import Method, draw
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.audits import frame_of
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

ON = date(2026, 11, 2)
A_YEAR_BEFORE = date(2025, 11, 2)
SEEDS = 4_000


@pytest.mark.slow
@pytest.mark.django_db
def test_no_case_audited_within_the_window_is_drawn_with_any_of_thousands_of_seeds(authority: Authority):
    """60 cases, half of them audited from ten days after to ten days before the window began, or now; every
    second one with a brother or sister who was not."""
    programme = empty_year(authority)
    version = programme.framework.versions.get()
    team = {"unit": authority.duty_team_1, "worker": authority.practitioner, "opened_on": date(2025, 1, 6)}
    never = set()
    for number in range(30):
        family = f"F{number}" if number % 2 else ""
        case = CaseFactory(child_ref=f"AUDITED-{number}", family_ref=family, **team)
        other = CaseFactory(child_ref=f"OTHER-{number}", family_ref=family, **team)
        handed_in = A_YEAR_BEFORE + timedelta(days=number - 10) if number < 20 else None
        _audit(programme, version, authority, case, handed_in, number)
        if handed_in is None or handed_in >= A_YEAR_BEFORE:
            never |= {case.child_ref, other.child_ref} if family else {case.child_ref}

    frame = frame_of(authority.duty, version.pack.activity("learning_space").draw, ON)
    assert set(frame.exclusions) == never
    assert set(frame.exclusions.values()) == {RECENTLY_AUDITED, SIBLING_AUDITED}
    drawn: set[str] = set()
    for seed in range(SEEDS):
        drawing = draw(frame.entries, 1 + seed % 12, str(seed), Method(one_per_family=seed % 2 == 0))
        came_up = {pick.reference for pick in (*drawing.chosen, *drawing.reserves, *drawing.rest)}
        assert came_up.isdisjoint(never), f"seed {seed}"
        drawn |= {pick.reference for pick in drawing.chosen}
    assert len(never) == 20 + 10
    assert len(drawn) == 60 - len(never)


def _audit(programme, version, authority, case, handed_in: date | None, ordinal: int) -> None:
    """Handed in at noon on the local day, or allocated and not done yet."""
    planned = AssignmentFactory(
        programme=programme,
        framework_version=version,
        post=authority.post_of[authority.team_manager_2],
        period="2026-05",
        ordinal=ordinal + 1,
    )
    done = {"state": "final", "submitted_at": datetime.combine(handed_in, time(12), UTC)} if handed_in else {}
    Assignment.objects.filter(pk=planned.pk).update(
        **{"state": "in_progress", **done}, case=case, due_on=date(2026, 12, 1)
    )
