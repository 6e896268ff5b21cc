"""Saving a judgement, or a part of it, without losing anybody's text: what both pages that do so share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audits.models import CaseAudit
from audits.workflow import JudgementConflict
from qaframework.people.models import User
from qaframework.people.refusal import Refused

KEEP_PREFIX = "keep__"
THEIRS = "theirs"

Save = Callable[..., CaseAudit]


def field_sent(request: HttpRequest) -> dict[str, str]:
    """The one field that was sent as it was typed, named in the address."""
    return {request.GET.get("question_key", ""): request.POST.get("value", "")}


def save_field(request: HttpRequest, audit: CaseAudit, form: Any, save: Save) -> HttpResponse:
    """Save the one field that was sent; answers like the tools' own endpoint. ``form`` holds it."""
    ((key, _),) = field_sent(request).items()
    if key not in form.fields:
        return JsonResponse({"message": "This page has changed. Load it again."}, status=422)
    if not form.is_valid():
        wrong = form.errors.get(key, ["Choose from the list."])
        return JsonResponse({"message": " ".join(wrong)}, status=422)
    now, mine = timezone.now(), form.cleaned_data[key]
    try:
        save(audit=audit, version=version_sent(request), values={key: mine}, by=request.user, now=now)
    except JudgementConflict as conflict:
        theirs = getattr(conflict.theirs, key)
        answer = {"mine": mine, "theirs": theirs, "version": conflict.theirs.version, "by": _name(conflict)}
        return JsonResponse(answer, status=409)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=423)
    return JsonResponse({"version": audit.version, "saved_at": now.isoformat()})


def version_sent(request: HttpRequest) -> int:
    """The version that was read; 0, which never was, when the number is damaged."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def values_sent(request: HttpRequest, cleaned: dict[str, str]) -> dict[str, str]:
    """What was sent, without what the person chose to leave to somebody else's text."""
    return {
        name: text
        for name, text in cleaned.items()
        if name in request.POST and request.POST.get(KEEP_PREFIX + name) != THEIRS
    }


def conflict_page(
    request: HttpRequest, audit: CaseAudit, form: Any, conflict: JudgementConflict
) -> HttpResponse:
    """Both texts of each part with a choice; everything else that was sent travels along."""
    words = {name: dict(getattr(field, "choices", ())) for name, field in form.fields.items()}
    shown = []
    for name in conflict.names:
        mine, theirs = conflict.mine[name], getattr(conflict.theirs, name)
        shown.append(
            {
                "key": name,
                "question": {"text": form.fields[name].label},
                "mine": words[name].get(mine, mine),
                "theirs": words[name].get(theirs, theirs),
                "by": _name(conflict),
            }
        )
    context = {
        "conflicts": shown,
        "versions": [("version", conflict.theirs.version)],
        "sent": list(conflict.mine.items()),
        "section": None,
    }
    return render(request, "tools/conflict.html", context, status=409)


def lost_page(request: HttpRequest, audit: CaseAudit, form: Any, text: str) -> HttpResponse:
    """Handed in meanwhile: what was typed and not saved, to copy."""
    words = {name: dict(getattr(field, "choices", ())) for name, field in form.fields.items()}
    lost = [
        {"question": {"text": form.fields[name].label}, "mine": words[name].get(value, value)}
        for name, value in form.cleaned_data.items()
        if value and value != getattr(audit, name)
    ]
    context = {"lost": lost, "back_url": reverse("audits:audit", args=[audit.pk])}
    return render(request, "tools/locked.html", context, status=423)


def _name(conflict: JudgementConflict) -> str:
    by: User | None = conflict.by
    return by.full_name if by else "The system"
