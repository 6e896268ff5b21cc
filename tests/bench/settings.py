"""The settings of the test suite, with the bare page and with tables straight from the models."""

from tests.settings import *  # noqa: F403
from tests.settings import CACHES, DATABASES, INSTALLED_APPS

ROOT_URLCONF = "tests.bench.urls"
MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS}
# The bench asks its one database process how long it has run.
DATABASES["default"]["CONN_MAX_AGE"] = None

# As on a server.
CACHES = {**CACHES, "kept": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
