"""What is wrong with a page, whatever it is about: one sentence per mistake."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from django.conf import settings

REFERRING = ("for", "aria-describedby", "aria-labelledby", "aria-controls")
LABELLED = {"input", "select", "textarea"}
NEED_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}
HANDLER = re.compile(r"on[a-z]+")


def mistakes(html: str, nonce: str) -> list[str]:
    """All mistakes of the page; ``nonce`` is what the Content-Security-Policy of its response lets run."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    found = [f"not valid: {code} at line {place[0]}" for place, code, _ in parser.errors]
    elements = [one for one in tree.iter() if isinstance(one.tag, str)]
    for check in (_heading, _summary, _ids, _labels, _links):
        found += check(elements)
    return [*found, *_inline(elements, nonce)]


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _heading(elements: list[Element]) -> Iterator[str]:
    headings = [_text(one) for one in elements if one.tag == "h1"]
    if len(headings) != 1:
        yield f"{len(headings)} h1 headings: {headings}"
        return
    title = next(_text(one) for one in elements if one.tag == "title")
    if not title.removeprefix("Error: ").startswith(headings[0]):
        yield f"the title '{title}' does not begin with the heading '{headings[0]}'"


def _summary(elements: list[Element]) -> Iterator[str]:
    count = sum("govuk-error-summary" in (one.get("class") or "").split() for one in elements)
    if count > 1:
        yield f"{count} error summaries"


def _ids(elements: list[Element]) -> Iterator[str]:
    counts = Counter(one.get("id") for one in elements if one.get("id") is not None)
    for name, count in counts.items():
        if count > 1:
            yield f"the id '{name}' is there {count} times"
    for one in elements:
        for attribute in REFERRING:
            for name in (one.get(attribute) or "").split():
                if name not in counts:
                    yield f"{attribute}='{name}' of <{one.tag}> leads nowhere"


def _labels(elements: list[Element]) -> Iterator[str]:
    labelled = {one.get("for") for one in elements if one.tag == "label"}
    wrapped = {id(field) for one in elements if one.tag == "label" for field in one.iter()}
    for one in elements:
        if one.tag not in LABELLED or one.get("type") in NEED_NO_LABEL:
            continue
        named = one.get("id") in labelled or id(one) in wrapped
        if not (named or one.get("aria-label") or one.get("aria-labelledby")):
            yield f"the field '{one.get('name')}' has no label"


def _links(elements: list[Element]) -> Iterator[str]:
    ids = {one.get("id") for one in elements}
    for one in elements:
        if one.tag != "a":
            continue
        href = one.get("href")
        if not href:
            yield f"the link '{_text(one)}' has no address"
        elif href.startswith("#") and href[1:] not in ids:
            yield f"the link '{_text(one)}' to {href} leads nowhere"
        elif urlsplit(href).scheme not in ("", "mailto", "tel") and not href.startswith(settings.SITE_URL):
            yield f"the link '{_text(one)}' leaves this service: {href}"
        if not (_text(one) or one.get("aria-label")):
            yield f"the link to {href} says nothing"


def _inline(elements: list[Element], nonce: str) -> Iterator[str]:
    for one in elements:
        is_inline = one.tag == "style" or (one.tag == "script" and not one.get("src"))
        if is_inline and not (nonce and one.get("nonce") == nonce):
            yield f"inline <{one.tag}> without the nonce of the response"
        if one.get("style") is not None:
            yield f"style attribute on <{one.tag}>: {one.get('style')}"
        for attribute in one.attrib:
            if HANDLER.fullmatch(attribute):
                yield f"{attribute} attribute on <{one.tag}>"
