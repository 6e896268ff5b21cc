"""Cases and imports for tests: every child is invented."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from qaframework.caseload.models import (
    AgeBand,
    Case,
    CaseClearance,
    CaseImport,
    ImportFinding,
    PlanType,
    StagedCase,
)
from tests.factories.people import UserFactory


class CaseFactory(DjangoModelFactory):
    """An open case; give ``unit`` and ``worker`` to place it."""

    class Meta:
        model = Case

    child_ref = factory.Sequence(lambda n: f"C{n:06d}")
    initials = "AB"
    plan_type = PlanType.CHILD_IN_NEED
    age_band = AgeBand.FROM_5_TO_9
    sex = "F"
    ethnicity = "WBRI"
    opened_on = date(2026, 3, 2)
    worker_name = factory.LazyAttribute(lambda case: case.worker.full_name if case.worker else "")
    team_name = factory.LazyAttribute(lambda case: case.unit.name if case.unit else "")
    worker = None
    unit = None

    class Params:
        restricted = factory.Trait(is_restricted=True, restriction_reason="Related to a member of staff")
        closed = factory.Trait(
            status=Case.Status.CLOSED, closed_on=date(2026, 10, 1), closure_reason="No longer in need"
        )


class CaseClearanceFactory(DjangoModelFactory):
    class Meta:
        model = CaseClearance

    case = factory.SubFactory(CaseFactory, restricted=True)
    user = factory.SubFactory(UserFactory)
    reason = "Allocated to audit this case"
    granted_by = factory.SubFactory(UserFactory)
    granted_at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    review_on = date(2027, 1, 31)


class CaseImportFactory(DjangoModelFactory):
    class Meta:
        model = CaseImport

    file_name = "register.csv"
    file_hash = factory.Sequence(lambda n: f"{n:064d}")
    layout = "register"
    extract_date = date(2026, 11, 9)
    uploaded_at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


class StagedCaseFactory(DjangoModelFactory):
    class Meta:
        model = StagedCase

    case_import = factory.SubFactory(CaseImportFactory)
    child_ref = factory.Sequence(lambda n: f"S{n:06d}")
    change = StagedCase.Change.NEW


class ImportFindingFactory(DjangoModelFactory):
    class Meta:
        model = ImportFinding

    case_import = factory.SubFactory(CaseImportFactory)
    severity = ImportFinding.Severity.WARNING
    sheet = "register.csv"
    row = 2
    column = "team"
    value = "Nowhere team"
    problem = "No team of this name is known."
    remedy = "Use a team's code or name."
