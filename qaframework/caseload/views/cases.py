"""The register of cases, one case, and who may see a restricted one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.caseload import access, tables, workflow
from qaframework.caseload.forms import ClearanceForm, CloseForm, ReasonForm, RegisterFilterForm
from qaframework.caseload.models import Case
from qaframework.people.access import has_capability, local_today, requires
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns

_QA = Capability.RUN_QUALITY_ASSURANCE


@requires(Capability.OWN_ACTIONS, Capability.SEE_TEAM_WORK, _QA)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterFilterForm({"status": "open", **request.GET.dict()})
    cases = access.visible_cases(request.user, local_today())
    if form.is_valid():
        cases = tables.narrowed(cases, **form.cleaned_data)
    page = tables.reference_page(tables.register_values(cases), request.GET)
    context = {
        "form": form,
        "active": any(request.GET.get(name) for name in form.fields),
        "columns": columns(*tables.REGISTER_COLUMNS),
        "rows": [tables.register_row(case) for case in page.rows],
        "page": page,
        "runs_quality_assurance": has_capability(request.user, _QA, local_today()),
    }
    return render(request, "caseload/register.html", context)


@requires(Capability.OWN_ACTIONS, Capability.SEE_TEAM_WORK, _QA)
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_case(request.user, pk, local_today(), now=timezone.now())
    context = {
        "case": shown,
        "facts": tables.case_facts(shown),
        "columns": columns("When", "What", "By"),
        "history": tables.history_rows(shown),
        "may_change": access.may_change(request.user, shown, local_today()),
    }
    return render(request, "caseload/case.html", context)


# What the quality assurance team does with one case


@requires(_QA)
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    held = access.get_case_to_change(request.user, pk, local_today())

    def verb(values: dict[str, Any]) -> str:
        workflow.hold_case(case=held, by=request.user, now=timezone.now(), **values)
        return f"{held.child_ref} will not be drawn until it is released."

    page = {
        "title": f"Hold {held.child_ref} out of draws",
        "text": "For example while a complaint or a review is under way.",
        "button": "Hold this case",
    }
    return _one_case(request, held, ReasonForm(request.POST or None), verb, page)


@requires(_QA)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    held = access.get_case_to_change(request.user, pk, local_today())
    try:
        workflow.release_case(case=held, by=request.user, now=timezone.now())
        messages.success(request, f"{held.child_ref} can be drawn again.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("caseload:case", pk)


@requires(_QA)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    closing = access.get_case_to_change(request.user, pk, local_today())

    def verb(values: dict[str, Any]) -> str:
        workflow.close_case(case=closing, by=request.user, now=timezone.now(), **values)
        return f"{closing.child_ref} is closed."

    page = {
        "title": f"Close {closing.child_ref}",
        "text": "Only when the next extract comes too late: an extract that says it is open opens it again.",
        "button": "Close this case",
    }
    return _one_case(request, closing, CloseForm(request.POST or None), verb, page)


@requires(_QA)
@require_http_methods(["GET", "POST"])
def restrict(request: HttpRequest, pk: int) -> HttpResponse:
    restricting = access.get_case_to_change(request.user, pk, local_today())

    def verb(values: dict[str, Any]) -> str:
        workflow.restrict_case(case=restricting, by=request.user, now=timezone.now(), **values)
        return f"{restricting.child_ref} is restricted. Say below who may see it."

    page = {
        "title": f"Restrict {restricting.child_ref}",
        "text": "Only people with a clearance will see it from then on, whatever their post.",
        "button": "Restrict this case",
        "next": reverse("caseload:restricted_case", args=[pk]),
    }
    return _one_case(request, restricting, ReasonForm(request.POST or None), verb, page)


# Restricted cases: their clearances, never what is in them


@requires(_QA)
@require_safe
def restricted(request: HttpRequest) -> HttpResponse:
    cases = access.restricted_cases(request.user, local_today()).only("pk", "child_ref")
    page = tables.reference_page(access.with_clearance_counts(cases, local_today()), request.GET)
    rows = [
        [
            {"text": shown.child_ref, "url": reverse("caseload:restricted_case", args=[shown.pk])},
            shown.cleared,
        ]
        for shown in page.rows
    ]
    context = {"page": page, "rows": rows, "columns": columns("Child", "People cleared today")}
    return render(request, "caseload/restricted.html", context)


@requires(_QA)
@require_http_methods(["GET", "POST"])
def restricted_case(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_restricted_case(request.user, pk, local_today())
    form = ClearanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clearance = workflow.grant_clearance(
                case=shown, by=request.user, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, f"{clearance.user} may see {shown.child_ref}.")
            return redirect("caseload:restricted_case", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "case": shown,
        "form": form,
        "today": local_today(),
        "clearances": shown.clearances.select_related("user", "granted_by"),
    }
    return render(request, "caseload/restricted_case.html", context)


@requires(_QA)
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int, clearance_pk: int) -> HttpResponse:
    shown = access.get_restricted_case(request.user, pk, local_today())
    clearance = shown.clearances.select_related("user").filter(pk=clearance_pk).first()
    if clearance is None:
        raise Http404

    def verb(values: dict[str, Any]) -> str:
        workflow.revoke_clearance(clearance=clearance, by=request.user, now=timezone.now(), **values)
        return f"{clearance.user} may no longer see {shown.child_ref}."

    page = {
        "title": f"End the clearance of {clearance.user} for {shown.child_ref}",
        "button": "End clearance",
        "next": reverse("caseload:restricted_case", args=[pk]),
    }
    return _one_case(request, shown, ReasonForm(request.POST or None), verb, page)


@requires(_QA)
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_restricted_case(request.user, pk, local_today())

    def verb(values: dict[str, Any]) -> str:
        workflow.lift_restriction(case=shown, by=request.user, now=timezone.now(), **values)
        return f"{shown.child_ref} is no longer restricted."

    page = {
        "title": f"Lift the restriction of {shown.child_ref}",
        "text": "Everybody whose work it is will see it again. Clearances for it end.",
        "button": "Lift restriction",
        "next": reverse("caseload:restricted"),
    }
    return _one_case(request, shown, ReasonForm(request.POST or None), verb, page)


def _one_case(
    request: HttpRequest, case: Case, form: Form, verb: Callable[[dict[str, Any]], str], page: dict[str, str]
) -> HttpResponse:
    """A form about one case: does ``verb`` with what was typed and goes on to ``page["next"]``."""
    going_on = page.get("next") or reverse("caseload:case", args=[case.pk])
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, verb(form.cleaned_data))
            return redirect(going_on)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    back = reverse("caseload:register")
    return render(request, "caseload/form.html", {"form": form, "page": {"back": back, **page}})
