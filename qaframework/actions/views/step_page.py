"""What the pages of one record share: a form for its next step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qaframework.actions.pages import Facts, NextStep
from qaframework.people.form_page import form_page

NOT_NOW = "This step is not open any more. See how it stands now."


def step_page(
    request: HttpRequest,
    form: Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    step: str,
    open_steps: list[NextStep],
    back: dict[str, str],
    title: str,
    button: str,
    done: str,
    facts: Facts | None = None,
) -> HttpResponse:
    """Show the form of a step, or do it and go ``back``. A step that is not open is shown to nobody; one
    that was sent all the same is the verb's to refuse."""
    if request.method != "POST" and step not in {one.verb for one in open_steps}:
        messages.info(request, NOT_NOW)
        return redirect(back["url"])

    def take(values: dict[str, Any]) -> str:
        act(values)
        messages.success(request, done)
        return back["url"]

    page = {"title": title, "button": button, "back": back, "facts": facts}
    return form_page(request, form, take, page)
