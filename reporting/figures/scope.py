"""Of what the figures speak: a framework, a period, a part of the organisation, and who reads them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from qaframework.caseload.access import cleared_q
from qaframework.caseload.models import CaseClearance
from qaframework.packs.definition import Pack
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import User
from qaframework.rules.grades import GradeScheme
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.working_days import end_of_day, start_of_day

MONTHS_BACK = 12


@dataclass(frozen=True)
class Scope:
    """``paths`` are those of the units whose figures are asked for, ``on`` the local day of asking.
    ``is_whole`` says that they are all that the framework holds for.

    Restricted cases count only for a ``reader`` who is cleared for them. Nobody else's figures know of them
    in any group of any size, so that no two figures can be subtracted to find one. Without a reader, as in
    a report that many people get, they are always left out.
    """

    version: FrameworkVersion
    period: Month | Quarter
    paths: tuple[str, ...]
    on: date
    reader: User | None = None
    is_whole: bool = True

    @property
    def pack(self) -> Pack:
        return self.version.pack

    @property
    def framework_id(self) -> int:
        return self.version.framework_id

    @property
    def scheme(self) -> GradeScheme | None:
        """The grades of the framework's case audits; None where they have none."""
        schemes = [self.pack.scheme(key) for key in self._scheme_keys()]
        return schemes[0] if schemes else None

    @property
    def graded_activities(self) -> list[str]:
        """The case audits that use the scheme, whose grades may stand in one figure."""
        keys = self._scheme_keys()
        audits = [one for one in self.pack.activities.values() if one.kind == "case_audit"]
        return [one.key for one in audits if keys and one.grade_scheme == keys[0]]

    @property
    def months(self) -> tuple[Month, ...]:
        """The twelve months that end with the period."""
        last = self.period.months[-1]
        return tuple(last.plus(step) for step in range(1 - MONTHS_BACK, 1))

    @property
    def first_moment(self) -> datetime:
        return start_of_day(self.period.start)

    @property
    def last_moment(self) -> datetime:
        return end_of_day(self.period.end)

    @property
    def year_from(self) -> datetime:
        """The first moment of the twelve months."""
        return start_of_day(self.months[0].start)

    def of_units(self, unit_field: str) -> Q:
        """Rows whose unit lies in the scope; none when it has no units."""
        scope = Q(pk__in=[])
        for path in self.paths:
            scope |= Q(**{f"{unit_field}__path__startswith": path})
        return scope

    def countable(self, case_field: str) -> Q:
        """Rows that may count for the reader."""
        if self.reader is not None:
            return cleared_q(self.reader, self.on, case_field=case_field)
        return Q(**{f"{case_field}__isnull": True}) | Q(**{f"{case_field}__is_restricted": False})

    def countable_cases(self) -> Q:
        """Cases that may count for the reader."""
        cleared = CaseClearance.objects.filter(user=self.reader, review_on__gte=self.on)
        return Q(is_restricted=False) | Q(pk__in=cleared.values("case"))

    def _scheme_keys(self) -> list[str]:
        audits = (one for one in self.pack.activities.values() if one.kind == "case_audit")
        return [one.grade_scheme for one in audits if one.grade_scheme]
