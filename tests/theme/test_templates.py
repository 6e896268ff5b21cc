"""Rules that hold for every template and static file."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory
from djhtml.modes import DjHTML

from qaframework.style_guide import StyleGuideView
from tests.theme.drawing import ids

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
# Programs that show e-mails know no style sheets of the service, and heed no security policy of it.
ON_PAGES = [name for name in NAMES if not name.startswith("notices/email")]
VENDORED = ROOT / "static" / "vendor" / "govuk-frontend"


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_is_tidily_indented(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert DjHTML(source).indent(2) == source


@pytest.mark.parametrize("name", ON_PAGES)
def test_template_has_nothing_inline_that_the_security_policy_would_block(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert not re.search(r"<[^>{]*\sstyle=", source)
    assert not re.search(r"<[^>{]*\son[a-z]+=", source)
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", source):
        assert "src=" in tag or "nonce=" in tag


@pytest.mark.parametrize("name", NAMES)
def test_template_marks_nothing_safe(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|{% autoescape off", (TEMPLATES / name).read_text())


@pytest.mark.parametrize("name", [n for n in NAMES if "block content" in (TEMPLATES / n).read_text()])
def test_page_title_begins_with_its_heading(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    title = re.search(r"{% block title %}(.*?){% endblock %}", source, re.S)
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", source, re.S)
    if name == "base.html" or name.startswith("allauth/") or not headings:
        return
    assert title
    # A page may choose between headings; its title then makes the same choice.
    assert all(heading.strip() in title.group(1) for heading in headings)


def test_vendored_files_hold_no_font_or_crest_that_a_council_may_not_use() -> None:
    css = (VENDORED / "govuk-frontend.min.css").read_text()
    for forbidden in ("GDS Transport", "@font-face", "url(", "sourceMappingURL", "crest"):
        assert forbidden not in css
    assert "sourceMappingURL" not in (VENDORED / "govuk-frontend.min.js").read_text()
    assert (VENDORED / "LICENCE.txt").read_text().startswith("MIT License")


def style_guide() -> str:
    request = RequestFactory().get("/style-guide/")
    view = StyleGuideView()
    view.setup(request)
    body = engines["django"].get_template("style_guide.html").render(view.get_context_data(), None)
    return str(body)


def test_the_style_guide_shows_every_component() -> None:
    source = (TEMPLATES / "style_guide.html").read_text()
    drawn_by_others = {"components/tag.html", "components/error_summary.html"}
    parts = {name for name in NAMES if name.startswith("components/") and "patterns" not in name}
    assert {name for name in parts - drawn_by_others if name not in source} == set()


def test_the_style_guide_is_one_well_formed_page() -> None:
    html = style_guide()
    assert html.count("<h1") == 1
    assert len(ids(html)) == len(set(ids(html)))
    assert '<html lang="en-GB"' in html
    patterns = set(re.findall(r"fill=\"url\(#([^)]+)\)\"", html))
    assert patterns
    assert patterns <= set(ids(html))


def test_every_chart_has_a_name_a_description_and_its_figures() -> None:
    html = style_guide()
    pictures = re.findall(r'<svg class="app-chart__picture" role="img" aria-labelledby="(\S+) (\S+)"', html)
    assert len(pictures) == 3
    assert {part for picture in pictures for part in picture} <= set(ids(html))
    assert html.count("Figures behind this chart") == 3


def test_chart_text_is_large_enough_to_read() -> None:
    css = (ROOT / "static" / "css" / "app.css").read_text()
    sizes = re.findall(r"app-chart__(?:label|number)[^{]*{[^}]*font-size: (\d+)px", css)
    assert sizes
    assert min(int(size) for size in sizes) >= 14


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    dark, light = sorted([luminance(one), luminance(two)])
    return (light + 0.05) / (dark + 0.05)


def colours() -> dict[str, str]:
    css = (ROOT / "static" / "css" / "app.css").read_text()
    return dict(re.findall(r"--app-([a-z]+): (#[0-9a-f]{6})", css))


@pytest.mark.parametrize(
    ("tone", "text"),
    [
        ("best", "#ffffff"),
        ("good", "#0b0c0c"),
        ("fair", "#0b0c0c"),
        ("poor", "#ffffff"),
        ("neutral", "#0b0c0c"),
    ],
)
def test_numbers_stand_out_from_the_colour_of_their_grade(tone: str, text: str) -> None:
    assert contrast(colours()[tone], text) >= 4.5


def test_the_words_of_a_grade_stand_out_from_its_tint() -> None:
    css = (ROOT / "static" / "css" / "app.css").read_text()
    tints = re.findall(r"\.app-grade--[a-z]+ { background: (#[0-9a-f]{6})", css)
    assert len(tints) == 5
    assert all(contrast(tint, "#0b0c0c") >= 7 for tint in tints)
