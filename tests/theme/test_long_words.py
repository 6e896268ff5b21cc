"""One long word, such as a pasted address, makes no page wider than the screen."""

import pytest

from tests.theme.conftest import Site

pytestmark = pytest.mark.journey

LONG = "https://records.example/" + "case" * 200
TEXTS = f"""
<p class="govuk-body">{LONG}</p>
<div class="govuk-inset-text">{LONG}</div>
<h2 class="govuk-heading-m">{LONG}</h2>
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_word_is_broken(site: Site, width: int) -> None:
    site.content = TEXTS
    site.page.set_viewport_size({"width": width, "height": 800})
    site.visit()
    assert site.page.evaluate("document.documentElement.scrollWidth") <= width
