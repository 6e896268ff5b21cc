"""Every page there is, checked for accessibility on a screen and on a phone."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.journeys.conftest import Person, Site
from tests.pages.pages import PAGES, viewer_of

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]
VIEWERS = sorted({viewer_of(row) for row in PAGES})


@pytest.mark.parametrize("viewer", VIEWERS)
def test_no_page_has_barriers(person: Arrive, site: Site, viewer: str) -> None:
    somebody = person("" if viewer == "anonymous" else viewer)
    barriers = []
    for row in PAGES:
        if viewer_of(row) == viewer:
            somebody.visit(reverse(row.route, kwargs=site.objects.get(row.of, {})))
            barriers += [f"{row}: {barrier}" for barrier in somebody.barriers()]
    assert barriers == []
