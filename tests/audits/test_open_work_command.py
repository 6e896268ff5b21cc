"""The command that opens what falls due in audits."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import make_programme
from tests.factories.authority import small_authority
from tests.factories.packs import LOADED_AT, lancashire

pytestmark = pytest.mark.django_db


def opened(capsys: pytest.CaptureFixture[str], **options: object) -> int:
    call_command("open_work", "--at=2026-05-04", "--json", **options)
    return int(json.loads(capsys.readouterr().out)["opened"])


def test_the_months_work_is_opened_once_and_a_dry_run_opens_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    version = lancashire([small_authority().root])
    make_programme(framework=version.framework, year=2026, by=None, now=LOADED_AT)
    would = opened(capsys, dry_run=True)
    assert would > 0
    assert not Assignment.objects.open().exists()
    assert opened(capsys) == would
    assert Assignment.objects.open().filter(due_on__gte=date(2026, 4, 30)).count() == would
    assert opened(capsys) == 0
