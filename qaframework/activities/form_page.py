"""A page with one form that does one thing."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused

ELSEWHERE = "Somebody else has changed this in the meantime, and nothing was saved. Load the page again."


def form_page(
    request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], str], page: dict[str, Any]
) -> HttpResponse:
    """Show a form; when it is sent and in order, ``act`` does it and says where to go next.

    ``page`` holds title, back {label, url}, button, and optionally facts and text.
    """
    status = try_form(request, form, act)
    if isinstance(status, HttpResponse):
        return status
    return render(request, "allocation/form.html", {"form": form, "page": page}, status=status)


def try_form(request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], str]) -> HttpResponse | int:
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
