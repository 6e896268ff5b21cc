"""Templates drawn for a test."""

import re
from typing import Any

from django.template import engines


def draw(source: str, **context: Any) -> str:
    """The HTML of a piece of template."""
    return engines["django"].from_string(source).render(context)


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def fragment_links(html: str) -> list[str]:
    return re.findall(r'href="#([^"]+)"', html)
