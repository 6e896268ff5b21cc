"""What a person sees who is not, or no longer, signed in. Nothing they typed is lost."""

import re
from dataclasses import dataclass

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

# What a page sends along and nobody typed: versions stand alone or, one for each answer, before its name.
UNSHOWN = re.compile(r"csrfmiddlewaretoken|version(__.*)?|.*password.*")
BETWEEN_WORDS = re.compile(r"[_.]+")


@dataclass(frozen=True)
class TypedText:
    name: str
    text: str


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Off to sign in and back to this page: a redirect, or 401 where a redirect would lose something.

    Requests by script get JSON with the address of the sign-in page. A form that was sent comes back
    as text to copy.
    """
    if _is_by_script(request):
        return JsonResponse(
            {"error": "You have been signed out.", "sign_in_url": _sign_in_url(request)}, status=401
        )
    if request.method == "POST":
        context = {"typed": _typed(request), "again_url": _sign_in_url(request)}
        return render(request, "people/signed_out.html", context, status=401)
    return redirect_to_login(request.get_full_path())


def _is_by_script(request: HttpRequest) -> bool:
    return (
        "HX-Request" in request.headers
        or request.headers.get("X-Requested-With") == "XMLHttpRequest"
        or "application/json" in request.headers.get("Accept", "")
    )


def _typed(request: HttpRequest) -> list[TypedText]:
    return [
        TypedText(BETWEEN_WORDS.sub(" ", name.rpartition("-")[2]).capitalize(), text)
        for name, texts in request.POST.lists()
        if not UNSHOWN.fullmatch(name)
        for text in texts
        if text.strip()
    ]


def _sign_in_url(request: HttpRequest) -> str:
    """The sign-in page, coming back to where a form was filled in rather than where it was sent to."""
    came_from = request.get_full_path() if request.method == "GET" else _referring_path(request)
    query = f"?{urlencode({'next': came_from})}" if came_from else ""
    return reverse("account_login") + query


def _referring_path(request: HttpRequest) -> str:
    own = f"{request.scheme}://{request.get_host()}/"
    referrer = request.headers.get("Referer", "")
    return referrer[len(own) - 1 :] if referrer.startswith(own) else ""
