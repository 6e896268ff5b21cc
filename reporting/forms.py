"""What people choose and write about figures and reports."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from qaframework.packs.models import Framework
from qaframework.people.forms import FilterForm, offer
from qaframework.people.models import Unit
from qaframework.rules.periods import Month
from reporting.models import Report

MONTHS_BACK = 24
ALL_UNITS = "all"


class DashboardFilter(FilterForm):
    """What the dashboard is about."""

    month = forms.ChoiceField(label="Month", required=False)
    unit = forms.ChoiceField(label="Part of the organisation", required=False)
    framework = forms.ChoiceField(label="Framework", required=False)

    def __init__(self, data: Any, *, today: date, frameworks: list[Framework], units: list[Unit]) -> None:
        super().__init__(data)
        self.this_month = Month.of(today)
        months = [self.this_month.plus(-step) for step in range(MONTHS_BACK)]
        offer(self, "month", [(month.key, month.label) for month in months])
        offer(self, "unit", [("", "All that I may see"), *unit_choices(units)])
        offer(self, "framework", [(str(one.pk), one.name) for one in frameworks])
        if len(frameworks) < 2:
            del self.fields["framework"]
        if len(units) < 2:
            del self.fields["unit"]

    @property
    def month_chosen(self) -> Month:
        return Month.parse(self.chosen("month") or self.this_month.key)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen("unit")) or self.month_chosen != self.this_month


class ReportFilter(FilterForm):
    """Which reports are listed. Only those who have reports of single units are asked of which."""

    kind = forms.ChoiceField(label="Report", required=False, choices=[("", "All"), *Report.Kind.choices])
    about = forms.ChoiceField(label="Part of the organisation", required=False)

    def __init__(self, data: Any, *, units: Iterable[Unit]) -> None:
        super().__init__(data)
        parts = [(str(one.pk), one.name) for one in units]
        offer(self, "about", [("", "All reports"), (ALL_UNITS, "About all units"), *parts])
        if not parts:
            del self.fields["about"]

    def narrow(self, reports: QuerySet[Report]) -> QuerySet[Report]:
        about = self.chosen("about")
        if about:
            part = Q(unit__isnull=True) if about == ALL_UNITS else Q(unit__pk=about)
            reports = reports.filter(part)
        if kind := self.chosen("kind"):
            reports = reports.filter(kind=kind)
        return reports

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen(name) for name in self.fields)


class WordsForm(forms.Form):
    """What a person says about the figures before others read them."""

    mark_optional = False

    so_what = forms.CharField(
        label="So what: what do these figures mean?",
        required=False,
        help_text="For children and families, in plain words. Do not repeat the figures.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    now_what = forms.CharField(
        label="Now what: what will be done about it?",
        required=False,
        help_text="Who will do what by when, and which decision you ask for.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)


def mark_of(report: Report) -> str:
    """Tells whether the words are still those that somebody read."""
    return sha256(f"{report.so_what}\0{report.now_what}".encode()).hexdigest()


class ReissueForm(forms.Form):
    reason = forms.CharField(
        label="Why does it have to be issued again?",
        help_text="For example: two audits of November were handed in late and belong in it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def unit_choices(units: Iterable[Unit]) -> list[tuple[str, str]]:
    """Parts of the organisation as choices, set in by their level."""
    return [(str(unit.pk), f"{'– ' * (unit.path.count('/') - 2)}{unit.name}") for unit in units]
