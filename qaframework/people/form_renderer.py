"""Draws the plain controls of forms without templates: Django takes one for each option of a list."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString

SUGGESTING_INPUT = "people/suggesting_input.html"
INPUTS = ("checkbox", "date", "email", "hidden", "number", "password", "text", "time")


class FormRenderer(DjangoTemplates):
    """As Django draws them; controls that are not plain have their templates still."""

    def render(
        self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None
    ) -> str:
        if draw := DRAWN.get(template_name):
            return SafeString(draw(context["widget"]))
        return super().render(template_name, dict(context), request)


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    kind, name = escape(widget["type"]), escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget)}>'


def _suggesting_input(widget: Mapping[str, Any]) -> str:
    if not widget["suggested"]:
        return _input(widget)
    name = f"{widget['attrs'].get('id', widget['name'])}_suggested"
    options = "\n".join(
        f'<option value="{escape(text)}">{escape(words)}</option>'
        for text, words in widget["suggested"].items()
    )
    drawn = _input({**widget, "attrs": {**widget["attrs"], "list": name}})
    return f'{drawn}\n<datalist id="{escape(name)}">\n{options}\n</datalist>'


def _textarea(widget: Mapping[str, Any]) -> str:
    text = escape(widget["value"] or "")
    return f'<textarea name="{escape(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select(widget: Mapping[str, Any]) -> str:
    groups = []
    for label, options, _ in widget["optgroups"]:
        drawn = "\n".join(_option(option) for option in options)
        groups.append(f'<optgroup label="{escape(label)}">\n{drawn}\n</optgroup>' if label else drawn)
    body = "\n".join(groups)
    return f'<select name="{escape(widget["name"])}"{_attributes(widget)}>\n{body}\n</select>'


def _option(option: Mapping[str, Any]) -> str:
    value, label = escape(option["value"]), escape(option["label"])
    return f'<option value="{value}"{_attributes(option)}>{label}</option>'


def _attributes(widget: Mapping[str, Any]) -> str:
    said = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    return "".join(f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in said)


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    SUGGESTING_INPUT: _suggesting_input,
}
