"""Requests for advice on a grade: the queue and the answer (BF-14)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audits import qa_access, workflow
from audits.moderation_pages import advice_facts, advice_rows, tabs
from audits.qa_forms import GiveAdviceForm
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page
from qaframework.people.paging import keyset_page
from qaframework.people.roles import Capability
from qaframework.people.tables import columns

QA = Capability.RUN_QUALITY_ASSURANCE


@requires(QA)
@require_safe
def advice_queue(request: HttpRequest) -> HttpResponse:
    """Requests without an answer first of all; the answered ones when asked for."""
    answered, today = request.GET.get("show") == "answered", local_today()
    found = qa_access.visible_advice(request.user, today).filter(advised_at__isnull=not answered)
    related = ("audit__assignment__case", "asked_by", "advised_by")
    page = keyset_page(
        found.select_related(*related), moment="asked_at", query=request.GET, newest_first=answered
    )
    context = {
        "page": page,
        "rows": advice_rows(page.rows),
        "columns": columns("Audit", "Asked by", "Auditor’s grade", "Practitioner’s grade", "Advice"),
        "tabs": tabs("advice", request.user, today),
        "answered": answered,
        "other_url": reverse("audits:advice_queue") + ("" if answered else "?show=answered"),
    }
    return render(request, "audits/moderation/advice.html", context)


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def give_advice(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    asked = qa_access.get_advice(request.user, pk, now=now)
    back = reverse("audits:advice_queue")
    page = {
        "title": f"Advice on a grade: {subject_line(asked.audit.assignment)}",
        "back": {"label": "Advice asked for", "url": back},
        "facts": advice_facts(asked),
        "button": "Give the advice",
        "other": {"label": "Read the audit", "url": reverse("audits:audit", args=[asked.audit_id])},
    }
    if asked.advised_at and request.method != "POST":
        return render(request, "people/form.html", {"page": page})
    definition = asked.audit.answer_set.tool_version.definition
    form = GiveAdviceForm(request.POST or None, definition=definition)

    def give(values: dict[str, Any]) -> str:
        workflow.give_advice(request=asked, by=request.user, now=now, **values)
        messages.success(request, "Auditor and practitioner have been told of your advice.")
        return back

    return form_page(request, form, give, page)
