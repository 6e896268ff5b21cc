"""Keeping figures as the product does; other tests keep none (qaframework/settings.py)."""

from django.core.cache import caches
from pytest_django.fixtures import Settings

IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


def keeping(settings: Settings) -> None:
    """From here to the end of the test, beginning with nothing kept."""
    settings.CACHES = {**settings.CACHES, "kept": {"BACKEND": IN_MEMORY, "LOCATION": "kept in a test"}}
    caches["kept"].clear()
