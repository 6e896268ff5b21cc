"""What tests of drawn dip samples have in common: their moment, and what the pages show."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audits.models import DipSample

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LATELY = NOW - timedelta(days=20)
LONG_AGO = NOW - timedelta(days=120)

Open = Callable[..., DipSample]


def url(name: str, sample: DipSample, *args: Any) -> str:
    return reverse(f"audits:dip_sample_{name}", args=[sample.pk, *args])


def page(client: Client, name: str, sample: DipSample, *args: Any) -> str:
    response = client.get(url(name, sample, *args))
    assert response.status_code == 200
    return response.content.decode()


def drawn(sample: DipSample) -> list[str]:
    """What the program drew, in the order of the rows."""
    return [one.reference for one in sample.draw.records.all()]


def verified(sample: DipSample) -> dict[str, Any]:
    """What the command says of the draw."""
    out = StringIO()
    call_command("verify_draw", str(sample.pk), "--dip-sample", "--json", stdout=out)
    return json.loads(out.getvalue())
