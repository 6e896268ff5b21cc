"""Asking for the pages of an audit and reading them."""

from typing import Any

from django.urls import reverse

from audits.models import CaseAudit


def url(name: str, audit: CaseAudit, *args: Any) -> str:
    return reverse(f"audits:{name}", args=[audit.pk, *args])


def text_of(page: Any) -> str:
    return str(page.content.decode())
