"""The grid of quotas as a form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from qaframework.packs.definition import Pack, QuotaIdentity
from qaframework.packs.models import FrameworkVersion
from qaframework.rules.quotas import Kind, Per, Quarters, Quota, applicable, grid

LARGEST_AMOUNT = 200
LONGEST_SHOWN = 30
QUARTERS = (1, 2, 3, 4)


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
class GridLine:
    """One activity of one role and what its amounts add up to in a year.

    Without cells it is a quota of the role everywhere, repeated where the role has others in one unit.
    """

    activity: str
    per: str
    amounts: Quarters
    cells: list[forms.BoundField]
    total: int
    clauses: str


@dataclass(frozen=True)
class GridRole:
    """One role, in one unit or everywhere: its lines and what one post owes by quarter and year."""

    label: str
    lines: list[GridLine]
    quarters: Quarters
    total: int


class QuotaForm(forms.Form):
    """All quotas of a version. ``quotas`` are what was entered, once the form is valid."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    effective_from = forms.DateField(
        label="From which day do the new numbers hold?",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Give the day from which the new numbers hold.",
            "invalid": "Give the day from which the new numbers hold, such as 1 January 2027.",
        },
    )
    note = forms.CharField(
        label="What changes, and why?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what changes and why, so that others can follow it later."},
    )

    def __init__(
        self, data: Any = None, *, version: FrameworkVersion, today: date, is_preview: bool = False
    ) -> None:
        first_day = max(today, version.effective_from)
        super().__init__(data, initial={"number": version.number, "effective_from": first_day})
        self.version, self.pack = version, version.pack
        for row, quota in enumerate(self.pack.quotas):
            for quarter in QUARTERS:
                self.fields[_cell(row, quarter)] = AmountField(
                    label=f"{_row_name(self.pack, quota)}, quarter {quarter}",
                    initial=quota.amounts[quarter - 1],
                )
        self._add_new_row()
        self.order_fields([name for name in self.fields if name not in ("effective_from", "note")])
        if is_preview:
            self.fields["note"].required = self.fields["effective_from"].required = False

    def _add_new_row(self) -> None:
        roles = [("", "No new quota"), *self.pack.roles.items()]
        activities = [("", "No new quota"), *((key, one.label) for key, one in self.pack.activities.items())]
        self.fields["new_role"] = forms.ChoiceField(label="Role", choices=roles, required=False)
        self.fields["new_activity"] = forms.ChoiceField(label="Activity", choices=activities, required=False)
        for quarter in QUARTERS:
            self.fields[f"new_{quarter}"] = AmountField(label=f"New quota, quarter {quarter}", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, activity = cleaned.get("new_role"), cleaned.get("new_activity")
        if bool(role) != bool(activity):
            self.add_error("new_activity" if role else "new_role", "A new quota needs both.")
        if role and activity and (role, activity, None) in {_identity(quota) for quota in self.pack.quotas}:
            self.add_error("new_activity", "This role has a quota for this activity: change it in the table.")
        return cleaned

    @property
    def quotas(self) -> list[Quota]:
        """The quotas as entered. The form must be valid in all its cells."""
        changed = [
            replace(quota, amounts=self._amounts(_cell(row, quarter) for quarter in QUARTERS))
            for row, quota in enumerate(self.pack.quotas)
        ]
        role, activity = self.cleaned_data.get("new_role"), self.cleaned_data.get("new_activity")
        if role and activity:
            changed.append(Quota(role, activity, self._amounts(f"new_{quarter}" for quarter in QUARTERS)))
        return changed

    def _amounts(self, names: Iterable[str]) -> Quarters:
        first, second, third, fourth = (self.cleaned_data.get(name) or 0 for name in names)
        return first, second, third, fourth

    @property
    def new_cells(self) -> list[forms.BoundField]:
        return [self[f"new_{quarter}"] for quarter in QUARTERS]

    @property
    def roles(self) -> list[GridRole]:
        """The grid with the totals of what stands in it: as entered where that is right, else as it was."""
        quotas = [self._as_shown(row, quota) for row, quota in enumerate(self.pack.quotas)]
        return [self._role(quotas, role, unit) for role, unit in _places(quotas)]

    @property
    def grand_total(self) -> GridRole:
        """One post of each role together."""
        roles = self.roles
        first, second, third, fourth = (sum(role.quarters[i] for role in roles) for i in range(4))
        return GridRole("One post of each", [], (first, second, third, fourth), sum(r.total for r in roles))

    def _as_shown(self, row: int, quota: Quota) -> Quota:
        if not self.is_bound:
            return quota
        self.is_valid()
        cells = (self.cleaned_data.get(_cell(row, quarter)) for quarter in QUARTERS)
        first, second, third, fourth = (
            quota.amounts[i] if amount is None else amount for i, amount in enumerate(cells)
        )
        return replace(quota, amounts=(first, second, third, fourth))

    def _role(self, quotas: list[Quota], role: str, unit: str | None) -> GridRole:
        own = [(row, quota) for row, quota in enumerate(quotas) if (quota.role, quota.unit) == (role, unit)]
        counted = applicable(quotas, role, [unit] if unit else [])
        total = grid(replace(quota, unit=unit) for quota in counted).total_for(role, unit)
        shared = [quota for quota in counted if unit is not None and quota.unit is None]
        lines = [self._line(quota, [self[_cell(row, quarter)] for quarter in QUARTERS]) for row, quota in own]
        lines += [self._line(quota, []) for quota in shared]
        label = self.pack.role_label(role) + (f" in unit {unit}" if unit else "")
        return GridRole(label, lines, total.quarters, total.total)

    def _line(self, quota: Quota, cells: list[forms.BoundField]) -> GridLine:
        activity = self.pack.activity(quota.activity)
        per = "in every month" if quota.per is Per.MONTH else ""
        limit = "at most" if quota.kind is Kind.UPPER else ""
        return GridLine(
            activity=activity.label,
            per=" ".join(word for word in (limit, per) if word),
            amounts=quota.amounts,
            cells=cells,
            total=sum(quota.by_quarter),
            clauses=", ".join(self.pack.quota_clauses.get(_identity(quota), ())),
        )


def _places(quotas: Iterable[Quota]) -> Iterator[tuple[str, str | None]]:
    yield from dict.fromkeys((quota.role, quota.unit) for quota in quotas)


def _identity(quota: Quota) -> QuotaIdentity:
    return quota.role, quota.activity, quota.unit


def _cell(row: int, quarter: int) -> str:
    return f"quota_{row}_{quarter}"


def _row_name(pack: Pack, quota: Quota) -> str:
    unit = f" in unit {quota.unit}" if quota.unit else ""
    return f"{pack.role_label(quota.role)}{unit}, {pack.activity(quota.activity).label.lower()}"
