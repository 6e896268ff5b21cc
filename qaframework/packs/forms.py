"""The grid of quotas as a form: one line for each quota, one number for each stretch of the year."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from qaframework.packs.models import FrameworkVersion
from qaframework.packs.wording import TIMES, in_a_list, stretch_name, years_in_words
from qaframework.rules.periods import ProgrammeYear, Quarter
from qaframework.rules.quotas import EVERY_YEAR, Kind, Per, Quota, SharedQuota, YearsDue, applicable, grid

LARGEST_AMOUNT = 200
LONGEST_SHOWN = 30
OFTEN = {
    Per.MONTH: "In every month",
    Per.TWO_MONTHS: "In every two months",
    Per.QUARTER: "In every quarter",
    Per.HALF_YEAR: "In every half-year",
    Per.YEAR: "In the year",
}
YEARS_APART = range(2, 11)

AnyQuota = TypeVar("AnyQuota", Quota, SharedQuota)


class AmountField(forms.IntegerField):
    """A whole number of pieces of work, 0 to 200; its messages name the cell and what was written."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=LARGEST_AMOUNT, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "class": "govuk-input--width-2", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            written = Truncator(str(value or "").strip()).chars(LONGEST_SHOWN)
            problem = f"“{written}” is not a number of pieces of work" if written else "the number is missing"
            raise ValidationError(
                f"{self.label}: {problem}. Enter a whole number from 0 to {LARGEST_AMOUNT}."
            ) from error


@dataclass(frozen=True)
class GridCell:
    """One number; ``columns`` is how many columns of the table it is wide. Readers see no ``field``."""

    label: str
    amount: int
    columns: int
    field: forms.BoundField | None


@dataclass(frozen=True)
class GridLine:
    """One activity of one role, and what its amounts add up to in a year."""

    activity: str
    note: str
    cells: list[GridCell]
    total: int
    clauses: str


@dataclass(frozen=True)
class GridTotal:
    """What one post of a role owes in all; without ``quarters`` where that is not known by quarter."""

    label: str
    quarters: list[GridCell]
    total: int


@dataclass(frozen=True)
class GridRole:
    """A role in one unit or everywhere, or the roles that share something between them: without a total."""

    label: str
    lines: list[GridLine]
    total: GridTotal | None


@dataclass(frozen=True)
class GridColumn:
    label: str
    columns: int


class NewVersionForm(forms.Form):
    """What every change of the rules asks: from when it holds, what it is, and which version was read."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    effective_from = forms.DateField(
        label="From which day does this hold?",
        help_text="The quarter that is running keeps its rules when this is a later one’s first day. Work "
        "that has begun keeps them in any case.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Give the day from which this holds.",
            "invalid": "Give the day from which this holds, such as 1 January 2027.",
        },
    )
    note = forms.CharField(
        label="What changes, and why?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what changes and why, so that others can follow it later."},
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, version: FrameworkVersion, today: date, **initial: Any
    ) -> None:
        self.version, self.pack = version, version.pack
        next_quarter = Quarter.of(today, self.pack.year_starts_in).next().start
        first_day = max(next_quarter, version.effective_from)
        super().__init__(
            data, files, initial={"number": version.number, "effective_from": first_day, **initial}
        )

    def _asked_last(self) -> None:
        """Put what every change asks below what this one is about."""
        self.order_fields([name for name in self.fields if name not in ("effective_from", "note")])


class QuotaForm(NewVersionForm):
    """All quotas of a version. ``quotas`` are what was entered, once the form is valid."""

    def __init__(
        self, data: Any = None, *, version: FrameworkVersion, today: date, is_preview: bool = False
    ) -> None:
        super().__init__(data, version=version, today=today)
        self.this_year = ProgrammeYear.of(today, self.pack.year_starts_in)
        self.unit_names = {unit.code: unit.name for unit in version.framework.parts()}
        for row, quota in enumerate(self.pack.quotas):
            self._add_row(f"quota_{row}", quota)
        for row, shared in enumerate(self.pack.shared_quotas):
            self._add_row(f"shared_{row}", shared)
        self._add_new_row()
        self._asked_last()
        if is_preview:
            self.fields["note"].required = self.fields["effective_from"].required = False

    def _add_row(self, prefix: str, quota: Quota | SharedQuota) -> None:
        name = f"{self._who(quota)}, {self.pack.activity(quota.activity).label.lower()}"
        for number, amount in enumerate(quota.amounts, start=1):
            stretch = stretch_name(quota.per, number, self.pack.year_starts_in)
            self.fields[f"{prefix}_{number}"] = AmountField(label=f"{name}, {stretch}", initial=amount)

    def _add_new_row(self) -> None:
        roles = [("", "No new quota"), *self.pack.roles.items()]
        activities = [("", "No new quota"), *((key, one.label) for key, one in self.pack.activities.items())]
        self.fields["new_role"] = forms.ChoiceField(label="Role", choices=roles, required=False)
        self.fields["new_activity"] = forms.ChoiceField(label="Activity", choices=activities, required=False)
        units = [("", "All units"), *self.unit_names.items()]
        self.fields["new_unit"] = forms.ChoiceField(
            label="For which part of the organisation?",
            choices=units,
            required=False,
            help_text="A quota for one part takes the place of the one for all.",
        )
        self.fields["new_per"] = forms.ChoiceField(
            label="How often", choices=[*OFTEN.items()], initial=Per.QUARTER, required=False
        )
        self.fields["new_amount"] = AmountField(
            label="How many",
            required=False,
            help_text="The same number each time. Change single ones in the table once it is saved.",
        )
        apart = [(every, f"Every {TIMES[every]} years") for every in YEARS_APART]
        self.fields["new_every"] = forms.TypedChoiceField(
            label="In which years",
            choices=[(1, "Every year"), *apart],
            coerce=int,
            initial=1,
            required=False,
        )
        coming = [ProgrammeYear(self.this_year.year + ahead, self.this_year.starts_in) for ahead in range(10)]
        self.fields["new_first_year"] = forms.TypedChoiceField(
            label="First in which year",
            choices=[("", "Not needed"), *((year.year, year.label) for year in coming)],
            coerce=int,
            empty_value=None,
            required=False,
            help_text="For what is not owed every year. The years after it are counted from this one, "
            "whenever the work was done.",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, activity = cleaned.get("new_role"), cleaned.get("new_activity")
        unit = cleaned.get("new_unit") or None
        if bool(role) != bool(activity):
            self.add_error("new_activity" if role else "new_role", "A new quota needs both.")
        if (
            role
            and activity
            and (role, activity, unit) in {(one.role, one.activity, one.unit) for one in self.pack.quotas}
        ):
            self.add_error("new_activity", "This role has a quota for this activity: change it in the table.")
        if role and activity and not cleaned.get("new_amount"):
            self.add_error("new_amount", "Say how many one post of the role owes, such as 1.")
        is_every_year, first_year = cleaned.get("new_every") in ("", 1), cleaned.get("new_first_year")
        if is_every_year and first_year:
            self.add_error("new_first_year", "What is owed every year has no first year: choose Not needed.")
        if not is_every_year and not first_year:
            self.add_error("new_first_year", "Choose the year in which it is owed first.")
        return cleaned

    @property
    def quotas(self) -> list[Quota]:
        """The quotas as entered. The form must be valid in all its cells."""
        changed = self._as_shown("quota", self.pack.quotas)
        role, activity = self.cleaned_data.get("new_role"), self.cleaned_data.get("new_activity")
        if role and activity:
            per = Per(self.cleaned_data["new_per"] or Per.QUARTER)
            amounts = (self.cleaned_data["new_amount"],) * per.stretches
            every, first_year = self.cleaned_data["new_every"], self.cleaned_data["new_first_year"]
            years = YearsDue(every, first_year) if first_year else EVERY_YEAR
            unit = self.cleaned_data["new_unit"] or None
            changed.append(Quota(role, activity, amounts, per, unit, years=years))
        return changed

    @property
    def shared_quotas(self) -> list[SharedQuota]:
        """What several roles owe between them, as entered."""
        return self._as_shown("shared", self.pack.shared_quotas)

    def _as_shown(self, prefix: str, quotas: Sequence[AnyQuota]) -> list[AnyQuota]:
        """The quotas with what stands in their cells: as entered where that is right, else as it was."""
        if not self.is_bound:
            return list(quotas)
        self.is_valid()
        return [
            replace(quota, amounts=self._entered(f"{prefix}_{row}", quota))
            for row, quota in enumerate(quotas)
        ]

    def _entered(self, prefix: str, quota: Quota | SharedQuota) -> tuple[int, ...]:
        entered = (self.cleaned_data.get(f"{prefix}_{number}") for number in range(1, len(quota.amounts) + 1))
        return tuple(was if now is None else now for now, was in zip(entered, quota.amounts, strict=True))

    @property
    def columns(self) -> list[GridColumn]:
        """Quarters; above months where a number is for less or more than a quarter."""
        width = self._columns_of_a_quarter
        return [GridColumn(f"Quarter {number}", width) for number in range(1, 5)]

    @property
    def months(self) -> list[str]:
        if self._columns_of_a_quarter == 1:
            return []
        return [stretch_name(Per.MONTH, number, self.pack.year_starts_in)[:3] for number in range(1, 13)]

    @property
    def number_columns(self) -> int:
        return 4 * self._columns_of_a_quarter

    @property
    def width(self) -> int:
        """How many columns the whole table has: the activity, the numbers, the year and the clauses."""
        return 3 + self.number_columns

    @property
    def _columns_of_a_quarter(self) -> int:
        used = {quota.per for quota in self.pack.quotas} | {quota.per for quota in self.pack.shared_quotas}
        return 1 if used <= {Per.QUARTER} else 3

    @property
    def roles(self) -> list[GridRole]:
        """The grid with the totals of what stands in it."""
        quotas = self._as_shown("quota", self.pack.quotas)
        between: dict[str, list[GridLine]] = {}
        for row, shared in enumerate(self._as_shown("shared", self.pack.shared_quotas)):
            between.setdefault(self._who(shared), []).append(self._line(shared, f"shared_{row}"))
        return [
            *(self._role(quotas, role, unit) for role, unit in _places(quotas)),
            *(GridRole(f"Between them: {who}", lines, None) for who, lines in between.items()),
        ]

    @property
    def grand_total(self) -> GridTotal:
        """One post of each role together."""
        totals = [role.total for role in self.roles if role.total]
        known = [[cell.amount for cell in total.quarters] for total in totals]
        sums = [sum(numbers) for numbers in zip_longest(*known)] if all(known) else []
        return self._total("One post of each", sums, sum(total.total for total in totals))

    def _total(self, label: str, quarters: Sequence[int], total: int) -> GridTotal:
        width = self._columns_of_a_quarter
        cells = [GridCell(f"Quarter {i}", number, width, None) for i, number in enumerate(quarters, 1)]
        return GridTotal(f"{label}: total", cells, total)

    def _role(self, quotas: list[Quota], role: str, unit: str | None) -> GridRole:
        own = [(row, quota) for row, quota in enumerate(quotas) if (quota.role, quota.unit) == (role, unit)]
        counted = applicable(quotas, role, [unit] if unit else [])
        total = grid(replace(quota, unit=unit) for quota in counted).total_for(role, unit)
        everywhere = [quota for quota in counted if unit is not None and quota.unit is None]
        lines = [self._line(quota, f"quota_{row}") for row, quota in own]
        lines += [self._line(quota, "") for quota in everywhere]
        label = self._who(own[0][1])
        return GridRole(label, lines, self._total(label, total.quarters or (), total.total))

    def _who(self, quota: Quota | SharedQuota) -> str:
        """The roles that owe it, in words, and in which units: by its code where no unit has that yet."""
        roles = [quota.role] if isinstance(quota, Quota) else quota.roles
        names = in_a_list([self.pack.role_label(role) for role in roles])
        units = in_a_list([self.unit_names.get(code, f"unit {code}") for code in quota.in_units])
        return f"{names} in {units}" if units else names

    def _line(self, quota: Quota | SharedQuota, prefix: str) -> GridLine:
        """Without a prefix it is a quota of the role everywhere, repeated where the role has others."""
        width = 3 // self._columns_of_a_quarter
        cells = [
            GridCell(
                label=stretch_name(quota.per, number, self.pack.year_starts_in),
                amount=amount,
                columns=quota.per.months // width,
                field=self[f"{prefix}_{number}"] if prefix else None,
            )
            for number, amount in enumerate(quota.amounts, start=1)
        ]
        notes = ["at most"] if isinstance(quota, Quota) and quota.kind is Kind.UPPER else []
        notes += [years_in_words(quota.years, self.this_year)] if quota.years != EVERY_YEAR else []
        return GridLine(
            activity=self.pack.activity(quota.activity).label,
            note=", ".join(notes),
            cells=cells,
            total=sum(quota.amounts),
            clauses=", ".join(self.pack.clauses_of(quota)),
        )


def _places(quotas: Iterable[Quota]) -> Iterator[tuple[str, str | None]]:
    yield from dict.fromkeys((quota.role, quota.unit) for quota in quotas)
