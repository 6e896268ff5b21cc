"""The year on paper: each page says whose it is and of which day, and brings the style sheet for paper."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from qaframework.packs.models import Framework
from tests.factories.allocation import planned_year
from tests.factories.authority import Authority

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["programme", "role", "post", "calendar", "quotas"])
def test_each_page_of_the_year_says_whose_it_is_by_which_rules_and_of_which_day(
    northmoor: Authority, client: Client, time_machine: TimeMachineFixture, name: str
) -> None:
    time_machine.move_to("2026-11-10T10:00:00Z", tick=False)
    programme = planned_year(northmoor)
    framework = Framework.objects.get()
    post = northmoor.post_of[northmoor.team_manager]
    address = {
        "programme": reverse("allocation:programme"),
        "role": reverse("allocation:programme_role", args=[programme.pk, "team_manager"]),
        "post": reverse("allocation:programme_post", args=[programme.pk, post.pk]),
        "calendar": reverse("packs:calendar", args=[framework.pk]),
        "quotas": reverse("packs:quotas", args=[framework.pk]),
    }[name]
    client.force_login(northmoor.qa_manager)
    page = client.get(address).content.decode()
    version = framework.versions.get().label
    assert f"Northmoor: {framework.name}, version {version}. Printed on 10 November 2026." in page
    assert '/css/year.css" media="print"' in page


def test_on_paper_the_head_of_a_table_is_on_every_page_across_and_its_totals_only_once() -> None:
    css = (Path(settings.BASE_DIR) / "static" / "css" / "year.css").read_text()
    assert "@page { size: A4 landscape;" in css
    assert ".app-table thead { display: table-header-group; }" in css
    assert ".app-table tfoot { display: table-row-group; }" in css
