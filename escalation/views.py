"""The escalations board, and whether the machinery behind it is alive."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from escalation import workflow
from escalation.access import get_step, label_of
from escalation.board import COLUMNS, board_for
from escalation.forms import AcknowledgeForm
from escalation.health import database_answers, findings
from escalation.history import PERSON, TEAM, history_for
from escalation.metrics import exposition
from escalation.reached import COLUMNS as TOLD_COLUMNS
from escalation.reached import facts_of, rows_of
from qaframework.people.access import local_today, require_bearer, requires
from qaframework.people.form_page import sent
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Open to everybody: whoever was told of a late piece of work finds it here, and nothing else."""
    shown = board_for(request.user, request.GET, local_today())
    is_narrowed = any(request.GET.get(name) for name in shown.filter.fields)
    context = {"board": shown, "columns": COLUMNS, "is_narrowed": is_narrowed}
    return render(request, "escalation/board.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """What a step is about, for everybody who sees it; who may takes the work in hand here."""
    step = get_step(request.user, pk, local_today())
    refusal = workflow.why_not_acknowledged(step, request.user, local_today())
    form = AcknowledgeForm(None if refusal else sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            workflow.acknowledge(
                step=step, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"You have acknowledged: {label_of(step)}.")
            return redirect("escalation:board")
    status = 422 if form.errors or (refusal and request.method == "POST") else 200
    context = {
        "step": step,
        "label": label_of(step),
        "facts": facts_of(step),
        "refusal": refusal,
        "form": form,
        "columns": TOLD_COLUMNS,
        "told": rows_of(step),
    }
    return render(request, "escalation/acknowledge.html", context, status=status)


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    by = PERSON if request.GET.get("by") == PERSON else TEAM
    tabs = [
        {"label": "By team", "url": "?", "current": by == TEAM},
        {"label": "By person", "url": f"?by={PERSON}", "current": by == PERSON},
    ]
    shown = history_for(request.user, by, local_today())
    return render(request, "escalation/history.html", {"history": shown, "tabs": tabs})


@requires(Capability.CONFIGURE)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    found = findings(timezone.now())
    troubles = sum(not finding.is_ok for finding in found)
    return render(request, "escalation/health.html", {"findings": found, "troubles": troubles})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: whether this process can serve pages, and nothing more. No sign-in."""
    is_ok = database_answers()
    return HttpResponse("ok" if is_ok else "not ok", status=200 if is_ok else 503, content_type="text/plain")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the authority's monitoring, with the token that it was given, else 404."""
    require_bearer(request, settings.METRICS_TOKEN)
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
