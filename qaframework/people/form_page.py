"""A page with one form that does one thing."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused

ELSEWHERE = "Somebody else has changed this in the meantime, and nothing was saved. Load the page again."

Act = Callable[[dict[str, Any]], str]


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, which may be nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(request: HttpRequest, form: Form, act: Act, page: dict[str, Any]) -> HttpResponse:
    """Show a form; when it is sent and in order, ``act`` does it and says where to go next.

    ``page`` holds title, button, back {label, url}, and optionally text (paragraphs), facts (rows of a
    summary list) and other {label, url}, another way on.
    """
    answer = try_form(request, form, act)
    if isinstance(answer, HttpResponse):
        return answer
    return render(request, "people/form.html", {"form": form, "page": page}, status=answer)


def try_form(request: HttpRequest, form: Form, act: Act) -> HttpResponse | int:
    """The way on after a form that was sent; else the status with which to show it, its refusal included."""
    if request.method != "POST":
        return 200
    if form.is_valid():
        try:
            return redirect(act(form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except SomebodyElseWasFirst:
            form.add_error(None, ELSEWHERE)
            return 409
    return 422
