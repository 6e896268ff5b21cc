"""The planner of themes, by which some frameworks choose cases (SAN-10)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audits import qa_access, workflow
from audits.qa_forms import ChangeThemeForm, SetThemeForm
from audits.theme_pages import packs_by_theme, planner
from audits.views.draws import QA
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page
from qaframework.people.tables import columns
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month

TEXT = [
    "Cases for audits by theme are drawn at random from those that fit the theme. They are chosen for a "
    "reason, so they count in no figure of the audits drawn at random.",
]


@requires(QA)
@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    numeric = ("Audits", "Cases that fit today")
    context = {
        "planner": planner(request.user, local_today()),
        "columns": columns("Month", "Theme", "Which cases", *numeric, "Change", numeric=numeric),
    }
    return render(request, "audits/draws/themes.html", context)


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def set_theme(request: HttpRequest) -> HttpResponse:
    today = local_today()
    programmes = list(packs_by_theme(request.user, today))
    units = qa_access.units_for_themes(request.user, programmes, today)
    form = SetThemeForm(
        request.POST or None,
        programmes=programmes,
        units=units,
        today=today,
        initial={"programme": request.GET.get("programme"), "month": request.GET.get("month")},
    )

    def act(values: dict[str, Any]) -> str:
        return _set(request, **values)

    page = {"title": "Set a theme", "back": _back(), "text": TEXT, "button": "Set the theme"}
    return form_page(request, form, act, page)


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def change_theme(request: HttpRequest, pk: int) -> HttpResponse:
    theme = qa_access.get_theme(request.user, pk, local_today())
    month = Month.parse(theme.period)
    form = ChangeThemeForm(
        request.POST or None, initial={"title": theme.title, "source": theme.source, **theme.criteria}
    )

    def act(values: dict[str, Any]) -> str:
        return _set(request, programme=theme.programme, month=month, unit=theme.unit, **values)

    page = {
        "title": f"Theme of {month.label}",
        "back": _back(),
        "facts": [
            {"label": "Framework", "value": theme.programme.framework.name},
            {"label": "For", "value": theme.unit.name},
        ],
        "text": TEXT,
        "button": "Save",
    }
    return form_page(request, form, act, page)


def _set(request: HttpRequest, **values: Any) -> str:
    kinds = ("plan_types", "age_bands", "flags")
    criteria = CaseCriteria(**{kind: tuple(values.pop(kind)) for kind in kinds})
    theme = workflow.set_theme(criteria=criteria, by=request.user, now=timezone.now(), **values)
    messages.success(request, f"{values['month'].label}: {theme.title}.")
    return reverse("audits:themes")


def _back() -> dict[str, str]:
    return {"label": "Themes", "url": reverse("audits:themes")}
