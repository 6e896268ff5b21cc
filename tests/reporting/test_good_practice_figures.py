"""The quarterly report says what the library of good practice gained, by function (BF-20, LAN-23)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from audits.workflow import withdraw_good_practice
from qaframework.caseload.models import Case
from qaframework.rules.periods import Month, Quarter
from reporting.contents import report_sections
from reporting.figures import all_figures
from reporting.figures.good_practice import Shared, good_practice_figures
from reporting.figures.scope import Scope
from tests.factories.audits import Setting, setting
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.good_practice import SETTLED, TELLING, final_audit, published

pytestmark = [pytest.mark.django_db, pytest.mark.clause("LAN-23")]

JANUARY = datetime(2027, 1, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def where() -> Setting:
    return setting(small_authority())


@pytest.fixture
def quarter(where: Setting) -> Scope:
    """October to December."""
    return Scope(where.version, Quarter.of(SETTLED.date(), 4), (where.authority.root.path,), SETTLED.date())


def test_entries_of_the_quarter_are_counted_by_function(
    where: Setting, quarter: Scope, django_assert_num_queries: Any
) -> None:
    authority = where.authority
    with django_assert_num_queries(1):
        assert good_practice_figures(quarter) == ()
    assert "good_practice" not in {one.key for one in report_sections(all_figures(quarter), quarter)}

    care = CaseFactory(unit=authority.care_team_1, worker=authority.care_practitioner)
    duty_audit, care_audit = final_audit(where), final_audit(where, case=care, month=10)
    published(duty_audit, where)
    withdrawn = published(duty_audit, where, question="proud_of")
    withdraw_good_practice(entry=withdrawn, reason="Too soon.", by=authority.qa_officer, now=SETTLED)
    babies = replace(TELLING, title="Babies are watched")
    published(care_audit, where, telling=babies)
    published(care_audit, where, question="proud_of", telling=replace(TELLING, title="Later"), now=JANUARY)
    with django_assert_num_queries(2):
        found = good_practice_figures(quarter)
    assert found == (
        Shared("Children in care", ("Babies are watched",)),
        Shared("Duty and assessment", (TELLING.title,)),
    )
    section = next(
        one for one in report_sections(all_figures(quarter), quarter) if one.key == "good_practice"
    )
    assert section.blocks[0].text == "The library of good practice gained 2 entries."
    duty = replace(quarter, paths=(authority.duty.path,))
    assert [one.function for one in good_practice_figures(duty)] == ["Duty and assessment"]
    monthly = replace(quarter, period=Month(2026, 12))
    assert "good_practice" not in {one.key for one in report_sections(all_figures(monthly), monthly)}

    Case.objects.filter(pk=care.pk).update(is_restricted=True, restriction_reason="A relative works here")
    assert [one.function for one in good_practice_figures(quarter)] == ["Duty and assessment"]
