"""Controls drawn without templates are what Django's own templates draw."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from qaframework.people.form_renderer import DRAWN, FormRenderer
from qaframework.people.forms import SuggestingInput

CHOICES = [("", "All <b>"), (1, "One & two"), ("Group", [("a'", "A"), ("b", "B")])]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput({"class": "<x>", "disabled": True, "readonly": False}), 'a "quoted" <b>'),
    (forms.TextInput(), None),
    (forms.EmailInput(), "a@b.example"),
    (forms.NumberInput({"min": 0}), 1200.5),
    (forms.DateInput(format="%Y-%m-%d"), date(2026, 11, 2)),
    (forms.TimeInput(), "14:05"),
    (forms.PasswordInput(), "secret"),
    (forms.HiddenInput(), "x"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Textarea({"rows": 3}), "\n<script> & more"),
    (forms.Textarea(), None),
    (forms.Select(choices=CHOICES), 1),
    (forms.Select(choices=CHOICES), "b"),
    (forms.Select(), None),
    (forms.SelectMultiple(choices=CHOICES), ["a'", "b"]),
]


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_control_is_as_django_draws_it(widget: forms.Widget, value: Any) -> None:
    drawn, expected = (
        widget.render("name<>", value, {"id": "id_name"}, renderer=renderer())
        for renderer in (FormRenderer, DjangoTemplates)
    )
    assert parse_html(drawn) == parse_html(expected)


def test_suggestions_stand_beside_a_line_that_is_otherwise_as_django_draws_it() -> None:
    suggesting = SuggestingInput({"maxlength": 20}, {"310081": "Child in need <b>"})
    drawn = suggesting.render("name", "310", {"id": "id_name"}, renderer=FormRenderer())
    line, suggestions = drawn.split("<datalist")
    plain = forms.TextInput({"autocomplete": "off", "maxlength": 20, "list": "id_name_suggested"})
    expected = plain.render("name", "310", {"id": "id_name"}, renderer=DjangoTemplates())
    assert parse_html(line) == parse_html(expected)
    assert 'id="id_name_suggested"' in suggestions
    assert 'value="310081"' in suggestions
    assert "Child in need &lt;b&gt;" in suggestions


def test_every_control_that_is_drawn_here_is_tried() -> None:
    tried = {widget.template_name for widget, _ in WIDGETS} | {SuggestingInput.template_name}
    assert tried >= set(DRAWN)
