"""The text of a notice as HTML, on its page and in its e-mail."""

import re
from collections.abc import Iterable
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join, linebreaks, urlize
from django.utils.safestring import SafeString

BULLET = "- "
ENDS_WITH_ADDRESS = re.compile(r"(?P<words>.+) (?P<address>https?://\S+)")

register = template.Library()


@register.filter
def message(text: str) -> SafeString:
    """Paragraphs, and lines that begin with a dash as a list; addresses as links."""
    parts = groupby(text.split("\n"), key=lambda line: line.startswith(BULLET))
    html = ((_list(lines) if is_list else _prose(lines),) for is_list, lines in parts)
    return format_html_join("", "{}", html)


def _list(lines: Iterable[str]) -> SafeString:
    items = ((_item(line.removeprefix(BULLET)),) for line in lines)
    return format_html(
        '<ul class="govuk-list govuk-list--bullet">{}</ul>', format_html_join("", "<li>{}</li>", items)
    )


def _item(words: str) -> SafeString:
    """A line that ends with an address is the link to it: nobody wants to read addresses."""
    if found := ENDS_WITH_ADDRESS.fullmatch(words):
        return format_html('<a href="{}">{}</a>', found["address"], found["words"])
    return SafeString(urlize(words, autoescape=True))


def _prose(lines: Iterable[str]) -> SafeString:
    words = "\n".join(lines).strip("\n")
    return SafeString(linebreaks(urlize(words, autoescape=True))) if words else SafeString()
