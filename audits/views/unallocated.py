"""Work that could not be given to anybody: a page, and a part of the pages that the QA team begins with."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audits import qa_access, workflow
from audits.qa_forms import NoReauditForm
from audits.unallocated import Unallocated, unallocated_for
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date

MOST_ROWS = 200


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_safe
def unallocated(request: HttpRequest) -> HttpResponse:
    found = unallocated_for(request.user, local_today())
    if request.headers.get("HX-Request"):
        return render(request, "audits/unallocated/part.html", {"number": len(found)})
    context = {
        "columns": columns("Work", "Who", "Why", "Since", "What you can do"),
        "rows": [
            [one.what, one.whose, one.why, uk_date(one.since), _remedy(one)] for one in found[:MOST_ROWS]
        ],
        "left_out": max(0, len(found) - MOST_ROWS),
    }
    return render(request, "audits/unallocated/page.html", context)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def no_reaudit(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide that no other case is audited after a loop was closed."""
    now = timezone.now()
    loop = qa_access.get_loop_to_follow_up(request.user, pk, now=now)

    def decide(values: dict[str, Any]) -> str:
        workflow.do_without_reaudit(loop=loop, by=request.user, now=now, **values)
        messages.success(request, f"No other case is audited after case {loop.case}.")
        return reverse("audits:unallocated")

    page = {
        "title": "Do without a re-audit",
        "back": {"label": "Work that could not be allocated", "url": reverse("audits:unallocated")},
        "facts": [
            {"label": "After case", "value": loop.case.child_ref},
            {"label": "Practitioner", "value": str(loop.worker or "")},
            {"label": "Re-audit due", "value": uk_date(loop.reaudit_due_on)},
        ],
        "text": [
            "Another case of the practitioner shows whether the learning has lasted. Do without it only when "
            "it cannot come about. This cannot be undone."
        ],
        "button": "Do without it",
    }
    return form_page(request, NoReauditForm(request.POST or None), decide, page)


def _remedy(one: Unallocated) -> Any:
    return {"text": one.remedy, "url": one.url} if one.url else one.remedy
