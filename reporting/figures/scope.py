"""Of what the figures speak: a framework, a period, a part of the organisation, and who reads them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model, Q

from qaframework.caseload.access import hidden_cases
from qaframework.packs.definition import Pack
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import Unit, User
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
            scope |= Q(path__startswith=path)
        return Q(**{f"{unit_field}__in": Unit.objects.filter(scope).order_by().values("pk")})

    def countable(self, model: type[Model], case_field: str) -> Q:
        """Rows of the model that may count for the reader.

        Said by the few that may not, because figures go through all rows of a year.
        """
        hidden = hidden_cases(self.reader, self.on).order_by().values("pk")
        about = model._default_manager.filter(**{f"{case_field}__in": hidden})
        return ~Q(pk__in=about.order_by().values("pk"))

    def countable_cases(self) -> Q:
        """Cases that may count for the reader."""
        return ~Q(pk__in=hidden_cases(self.reader, self.on).order_by().values("pk"))

    def _scheme_keys(self) -> list[str]:
        audits = (one for one in self.pack.activities.values() if one.kind == "case_audit")
        return [one.grade_scheme for one in audits if one.grade_scheme]
