"""Why a case is audited: on one page, for those who may see the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import qa_access
from audits.draw_pages import may_be_replaced
from audits.why import why_chosen, why_drawn
from qaframework.allocation.reading import holder_names
from qaframework.people.access import has_capability, local_today, signed_in
from qaframework.people.roles import Capability

QA = Capability.RUN_QUALITY_ASSURANCE


@signed_in
@require_safe
def drawn_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this case was drawn; for the QA team, and for those who audit it, take part or oversee it."""
    drawn = qa_access.get_drawn_case(request.user, pk, now=timezone.now())
    runs = has_capability(request.user, QA, local_today(), drawn.draw.pool)
    post = drawn.assignment.post_id if drawn.assignment else 0
    context = {
        "drawn": drawn,
        "why": why_drawn(drawn, sees_the_draw=runs, holder=holder_names([post], local_today()).get(post, "")),
        "runs_quality_assurance": runs,
        "may_replace": runs and may_be_replaced(drawn),
    }
    return render(request, "audits/draws/drawn_case.html", context)


@signed_in
@require_safe
def why_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the case of a piece of work is looked at: how it was drawn, or that it was chosen."""
    found = qa_access.get_reason(request.user, pk, now=timezone.now())
    if found.drawn is not None:
        return redirect("audits:drawn_case", found.drawn.pk)
    text = why_chosen(found.assignment, found.audit, found.review)
    return render(request, "audits/draws/chosen_case.html", {"assignment": found.assignment, "text": text})
