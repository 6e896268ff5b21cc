"""A page with one form that does one thing."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused

ELSEWHERE = "Somebody else has changed this in the meantime, and nothing was saved. Load the page again."

Act = Callable[[dict[str, Any]], str]


def form_page(
    request: HttpRequest, form: Form, act: Act, page: dict[str, Any], template: str = "people/form.html"
) -> HttpResponse:
    """Show a form; when it is sent and in order, ``act`` does it and says where to go next.

    ``page`` holds title, button, back {label, url}, and optionally text and facts (rows of a summary list).
    """
    answer = try_form(request, form, act)
    if isinstance(answer, HttpResponse):
        return answer
    return render(request, template, {"form": form, "page": page}, status=answer)


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
