"""What templates need to say dates, grades and states the same way on every page, and to draw forms."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BaseForm, BoundField, Field
from django.forms.boundfield import BoundWidget
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget, MultiWidget
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

register = template.Library()

LONDON = ZoneInfo("Europe/London")

# How good a grade is, whatever an authority's scale calls it. The look of a tone (colour and pattern) is in
# static/css/app.css; the word is always shown beside it.
GRADE_TONES = {
    "outstanding": "best",
    "strong": "best",
    "good": "good",
    "met": "good",
    "yes": "good",
    "requires_improvement": "fair",
    "partly_met": "fair",
    "partly": "fair",
    "mixed": "fair",
    "inadequate": "poor",
    "not_met": "poor",
    "weak": "poor",
    "no": "poor",
}

STATUS_COLOURS = {
    # work that waits for somebody
    "allocated": "grey",
    "planned": "grey",
    "open": "blue",
    "due": "blue",
    "proposed": "blue",
    "in_progress": "blue",
    "submitted": "purple",
    "moderating": "purple",
    "with_senior_manager": "purple",
    "with_hos": "purple",
    "requested": "purple",
    # work that is finished well
    "done": "teal",
    "final": "green",
    "verified": "green",
    "authorised": "green",
    "agreed": "green",
    "accepted": "green",
    "completed": "green",
    "published": "green",
    # work that needs attention
    "sent_back": "yellow",
    "returned": "yellow",
    "extended": "yellow",
    "paused": "yellow",
    "late": "orange",
    "overdue": "orange",
    "refused": "orange",
    # how far several grades of one case lie apart
    "alike": "green",
    "a_step_apart": "yellow",
    "far_apart": "orange",
    # work that is no longer owed
    "withdrawn": "grey",
    "excluded": "grey",
    "cancelled": "grey",
    "closed": "grey",
    "transferred": "grey",
    "restricted": "magenta",
}


def _local(value: date) -> date:
    """A moment becomes the moment in London; a plain date stays as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(LONDON)
    return value


@register.filter
def uk_date(value: date | None) -> str:
    """A date, or the London date of a moment, in words: 10 November 2026. Nothing for nothing."""
    return f"{_local(value).day} {_local(value):%B %Y}" if value else ""


def due_in_words(due_on: date, today: date) -> str:
    """How far a local day is away: "today", "tomorrow", "in 5 days", "3 days late"."""
    days = (due_on - today).days
    if days < 0:
        return f"{-days} day{'' if days == -1 else 's'} late"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


@register.filter
def short_date(value: date | None) -> str:
    """A date, or the London date of a moment, for tables: 10 Nov 2026."""
    return f"{_local(value).day} {_local(value):%b %Y}" if value else ""


def unbroken(text: str) -> str:
    """Kept on one line in a narrow column."""
    return text.replace(" ", "\u00a0")


@register.filter
def uk_time(value: datetime | None) -> str:
    """The London time of a moment: 2:05pm, 2pm, midday, midnight."""
    if not value:
        return ""
    local = value.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def uk_datetime(value: datetime | None) -> str:
    """A moment in London: 10 November 2026, 2:05pm."""
    return f"{uk_date(value)}, {uk_time(value)}" if value else ""


@register.filter
def grade_tone(key: str | None) -> str:
    """best, good, fair, poor, or neutral for a grade that no scale orders (not applicable, numbers)."""
    return GRADE_TONES.get(str(key), "neutral")


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


@register.inclusion_tag("components/tag.html")
def grade_tag(key: str | None, label: str = "") -> dict[str, str]:
    """A grade as a word with colour and pattern; ``label`` is what the authority calls it."""
    if not key:
        return {"text": "Not graded", "grade": "neutral"}
    return {"text": label or _words(key), "grade": grade_tone(key)}


@register.inclusion_tag("components/tag.html")
def status_tag(key: str, label: str = "") -> dict[str, str]:
    """Where a piece of work stands, as a word with a colour."""
    return {"text": label or _words(key), "colour": STATUS_COLOURS.get(key, "grey")}


@register.simple_tag
def table_rows(rows: Iterable[Iterable[Any]], columns: Iterable[Any]) -> SafeString:
    """The rows of a table, a cell for each column. No template of its own, because lists have hundreds."""
    starts = [_cell_start(column) for column in columns]
    return SafeString("".join(_table_row(cells, starts) for cells in rows))


def _cell_start(column: Any) -> str:
    said = column if isinstance(column, Mapping) else vars(column)
    numeric = " govuk-table__cell--numeric" if said.get("numeric") else ""
    label = conditional_escape(said["label"])
    return f'<td role="cell" data-label="{label}" class="govuk-table__cell{numeric}'


def _table_row(cells: Iterable[Any], starts: list[str]) -> str:
    parts = ['<tr class="govuk-table__row" role="row">']
    for start, cell in zip(starts, cells, strict=True):
        text = cell.get("text") if isinstance(cell, Mapping) else cell
        if len(parts) == 1:
            heading = '<th scope="row" role="rowheader" class="govuk-table__header">'
            parts.append(f"{heading}{value(cell, text)}</th>")
        else:
            nothing = " app-table__nothing" if text == "–" else ""
            parts.append(f'{start}{nothing}">{value(cell, text)}</td>')
    parts.append("</tr>")
    return "".join(parts)


@register.simple_tag
def value(cell: Any, text: Any) -> SafeString:
    """A value in a table or summary list: a tag where ``cell`` has a grade or status, a link where it has an
    address, else the text with its line breaks. No template of its own either."""
    said = cell if isinstance(cell, Mapping) else {}
    if key := said.get("grade"):
        return _tag(**grade_tag(key, text))
    if key := said.get("status"):
        return _tag(**status_tag(key, text))
    if url := said.get("url"):
        return format_html('<a class="govuk-link" href="{}">{}</a>', url, text)
    shown = conditional_escape("" if text is None else text)
    return linebreaksbr(shown) if "\n" in shown else shown


@lru_cache(maxsize=512, typed=True)  # text marked safe is another key than the same text that is not
def _tag(**parts: str) -> SafeString:
    return render_to_string("components/tag.html", parts)


# Forms


@register.filter
def field_template(field: BoundField) -> str:
    """The template of the crispy pack that draws this kind of field."""
    if option_kind(field):
        return "govuk/options.html"
    input_type = getattr(field.field.widget, "input_type", "")
    if input_type in ("checkbox", "password"):
        return f"govuk/{input_type}.html"
    return "govuk/group.html" if field.use_fieldset else "govuk/input.html"


@register.filter
def option_kind(field: BoundField) -> str:
    """radios or checkboxes for a field that is a group of them, else nothing."""
    widget = field.field.widget
    if not isinstance(widget, ChoiceWidget):
        return ""
    return {"radio": "radios", "checkbox": "checkboxes"}.get(widget.input_type or "", "")


@register.filter
def optional_mark(field: BoundField) -> str:
    """' (optional)' for a field that may be left empty, unless its form sets ``mark_optional = False``."""
    marks = getattr(field.form, "mark_optional", True)
    return " (optional)" if marks and not field.field.required and not field.field.disabled else ""


def _widget_class(field: BoundField) -> str:
    input_type = getattr(field.field.widget, "input_type", "textarea")
    name = {"select": "select", "textarea": "textarea", "file": "file-upload"}.get(input_type, "input")
    classes = [f"govuk-{name}"]
    if input_type in ("date", "number", "time"):
        classes.append("govuk-input--width-10")
    if input_type == "password":
        classes.append("govuk-password-input__input govuk-js-password-input-input")
    if field.errors:
        classes.append(f"govuk-{name}--error")
    return " ".join(classes)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's own control with the classes of its kind. Placeholders go: they vanish on typing."""
    own = field.field.widget.attrs
    own.pop("placeholder", None)
    classes = f"{own['class']} {_widget_class(field)}" if own.get("class") else _widget_class(field)
    return field.as_widget(attrs={"class": classes})


@register.simple_tag
def checkbox(field: BoundField) -> SafeString:
    """The tick box of a yes-or-no field."""
    return field.as_widget(attrs={"class": "govuk-checkboxes__input"})


@register.simple_tag
def option_input(option: BoundWidget, kind: str) -> SafeString:
    """One radio button or tick box of a group; ``kind`` is radios or checkboxes."""
    data = option.data
    # aria-invalid belongs to a group, not to one of its buttons; the error message is tied to the fieldset.
    attrs = {name: value for name, value in data["attrs"].items() if name not in ("aria-invalid", "class")}
    fixed = {"type": data["type"], "name": data["name"], "value": str(data["value"])}
    return format_html(
        "<input{}>", flatatt({"class": f"govuk-{kind}__input", **fixed, **attrs, "checked": data["selected"]})
    )


@register.filter
def error_target(field: BoundField) -> str:
    """The id of the control that an error link leads to: of a group, its first button."""
    if field.is_hidden:
        return ""
    if option_kind(field):
        return (field.subwidgets[0].id_for_label or "") if field.subwidgets else ""
    if isinstance(field.field.widget, MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label


def _what_to_do(field: BoundField) -> str:
    """What to say instead of 'This field is required.', which does not tell which field or what to do."""
    kind = option_kind(field) or getattr(field.field.widget, "input_type", "")
    asks = {"radios": "Choose an answer for", "checkboxes": "Choose at least one answer for"}
    asks |= {"select": "Choose an answer for", "file": "Choose a file for", "checkbox": "Tick"}
    return f"{asks.get(kind, 'Fill in')} \u2018{field.label}\u2019"


@register.filter
def error_texts(field: BoundField) -> list[str]:
    """The field's errors in words; Django's general 'required' names the field and what to do."""
    general = str(Field.default_error_messages["required"])
    return [_what_to_do(field) if str(error) == general else str(error) for error in field.errors]


@register.filter
def error_links(form: BaseForm) -> list[dict[str, str]]:
    """Every error of the form in the order of its fields, each with where it leads (if anywhere)."""
    links = [{"text": str(error), "href": ""} for error in form.non_field_errors()]
    for name in form.fields:
        target = error_target(form[name])
        href = f"#{target}" if target else ""
        links += [{"text": text, "href": href} for text in error_texts(form[name])]
    return links
