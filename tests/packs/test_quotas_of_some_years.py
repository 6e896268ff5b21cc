"""In the browser: adding a quota that is not owed every year (RBWM-07)."""

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import local_today
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.quotas import Per, Quota, YearsDue
from tests.factories.authority import Authority
from tests.packs.test_pages import posted, text

NEW = {"new_role": "iro", "new_activity": "dip_sample", "new_per": "year", "new_amount": 1}
THIS_YEAR = ProgrammeYear.of(local_today()).year


@pytest.fixture
def admin(client: Client, northmoor: Authority) -> Client:
    client.force_login(northmoor.admin)
    return client


def quotas_of(version: FrameworkVersion) -> str:
    return reverse("packs:quotas", args=[version.framework_id])


def test_what_is_owed_every_other_year_can_be_added(admin, version):
    first = {"new_every": 2, "new_first_year": THIS_YEAR + 1}
    assert admin.post(quotas_of(version), posted(version, **NEW, **first)).status_code == 302
    newest = version.framework.versions.first()
    assert newest.pack.quotas[-1] == Quota(
        "iro", "dip_sample", (1,), Per.YEAR, years=YearsDue(2, THIS_YEAR + 1)
    )
    label = ProgrammeYear(THIS_YEAR + 1, 4).label
    assert f"every two years, next in {label}" in text(admin.get(quotas_of(version)))


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ({"new_every": 2}, "Choose the year in which it is owed first."),
        ({"new_every": 1, "new_first_year": THIS_YEAR + 1}, "What is owed every year has no first year"),
        ({"new_every": 11, "new_first_year": THIS_YEAR}, "Select a valid choice"),
    ],
)
def test_years_that_do_not_fit_each_other_are_refused(admin, version, years, said):
    page = text(admin.post(quotas_of(version), posted(version, **NEW, **years)))
    assert said in page
    assert '<details class="govuk-details" open>' in page
    assert version.framework.versions.count() == 1
