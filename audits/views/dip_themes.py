"""Themes of dip samples by function and month, and the narrative that both sides sign (LAN-12)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import dip_theme_access as access
from audits import dip_theme_pages as pages
from audits import workflow
from audits.dip_theme_access import Side
from audits.dip_theme_forms import DipThemeForm, LetSignForm, NarrativeForm, SignForm
from audits.dip_themes import collated, months_by_unit
from audits.models import DipSampleTheme
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability

page_to_send = require_http_methods(["GET", "HEAD", "POST"])


@requires(Capability.OWN_ACTIONS)
@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """The months of each function that the person sees."""
    units = months_by_unit(request.user, local_today())
    context = {
        "columns": pages.COLUMNS,
        "units": [pages.unit_table(unit, months, local_today()) for unit, months in units.items()],
    }
    return render(request, "audits/dip_themes/themes.html", context)


@requires(*access.OVERSEERS)
@page_to_send
def choose(request: HttpRequest, programme: int, rule: str, unit: int, month: str) -> HttpResponse:
    """Choose the theme of a month, or another one."""
    place = access.get_place(request.user, programme, rule, unit, month, local_today())
    known = access.known_theme(place)
    initial = {"title": known.title, "source": known.source} if known else None
    form = DipThemeForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> str:
        workflow.choose_dip_theme(place=place, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{place.unit}, {place.month.label}: {values['title']}.")
        return reverse("audits:dip_themes")

    page = {
        "title": f"Theme of {place.month.label}",
        "back": _back(),
        "facts": [
            {"label": "Framework", "value": place.programme.framework.name},
            {"label": "For", "value": place.unit.name},
        ],
        "text": [
            "Whoever owes a dip sample in this month reads the theme on their work. The quality assurance "
            "team helps with the questions."
        ],
        "button": "Keep the theme",
    }
    return form_page(request, form, act, page)


@requires(Capability.OWN_ACTIONS)
@require_safe
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found and what is written on it."""
    today = local_today()
    shown = access.get_dip_theme(request.user, pk, today)
    oversees = access.oversees(request.user, shown.unit, today)
    sides = [] if shown.is_agreed else access.sides_of(request.user, shown, today)
    context = {
        "theme": shown,
        "title": pages.title(shown),
        "facts": pages.facts(shown, today),
        "is_readable": shown.is_agreed or oversees,
        "may_write": oversees and not shown.is_agreed,
        "may_let_sign": Side.SERVICE in sides and access.leads(request.user, shown, today),
        "sides": [side for side in pages.sides(shown, request.user) if side["side"] in sides],
        "tables": pages.result_tables(collated(shown)) if shown.is_agreed or oversees else [],
        "back": _back(),
    }
    return render(request, "audits/dip_themes/theme.html", context)


@requires(*access.OVERSEERS)
@page_to_send
def narrative(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what the dip samples show; two who write at once lose neither text."""
    found = access.get_overseen_dip_theme(request.user, pk, local_today())
    form = NarrativeForm(request.POST or None, initial={"text": found.narrative, "read": found.version})
    theirs, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            try:
                workflow.write_narrative(
                    theme=found, by=request.user, now=timezone.now(), **form.cleaned_data
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            except SomebodyElseWasFirst:
                found = access.get_overseen_dip_theme(request.user, pk, local_today())
                theirs, status = found.narrative, 409
                form = NarrativeForm({"text": form.cleaned_data["text"], "read": found.version})
            else:
                messages.success(request, "Kept. Both sides have to sign it.")
                return redirect("audits:dip_theme", pk=pk)
        status = status if theirs else 422
    context = {
        "theme": found,
        "title": pages.title(found),
        "form": form,
        "theirs": theirs,
        "tables": pages.result_tables(collated(found)),
        "is_signed": bool(found.service_signed_by_id or found.qa_signed_by_id),
        "back": _back_to(found),
    }
    return render(request, "audits/dip_themes/narrative.html", context, status=status)


@requires(Capability.OWN_ACTIONS)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign for one side the text that was read."""
    found = access.get_dip_theme(request.user, pk, local_today())
    form = SignForm(request.POST)
    if form.is_valid():
        side = Side(form.cleaned_data["side"])
        if side not in access.sides_of(request.user, found, local_today()):
            raise Http404
        try:
            workflow.sign_narrative(
                theme=found, side=side, read=form.cleaned_data["read"], by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            messages.warning(request, str(refusal))
        except SomebodyElseWasFirst:
            messages.warning(
                request, "The text was changed or signed meanwhile. Read it again before you sign."
            )
        else:
            messages.success(request, "Agreed by both sides." if found.is_agreed else "You have signed.")
    return redirect("audits:dip_theme", pk=pk)


@requires(Capability.SEE_TEAM_WORK)
@page_to_send
def let_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody else who may sign for the service."""
    found = access.get_dip_theme(request.user, pk, local_today())
    if not access.leads(request.user, found, local_today()):
        raise Http404

    def act(values: dict[str, Any]) -> str:
        workflow.let_sign(theme=found, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{values['person']} may sign for the service.")
        return reverse("audits:dip_theme", args=[pk])

    page = {
        "title": "Let somebody else sign for the service",
        "back": _back_to(found),
        "facts": pages.facts(found, local_today()),
        "button": "Let them sign",
    }
    return form_page(request, LetSignForm(request.POST or None), act, page)


def _back() -> dict[str, str]:
    return {"label": "Themes of dip samples", "url": reverse("audits:dip_themes")}


def _back_to(theme: DipSampleTheme) -> dict[str, str]:
    return {"label": pages.title(theme), "url": reverse("audits:dip_theme", args=[theme.pk])}
