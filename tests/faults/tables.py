"""All tables from the models as they are, in seconds: the migrations have tests of their own."""

import os

import django
from django.conf import settings
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")
django.setup()


class WithoutMigrations(dict[str, None]):
    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


settings.MIGRATION_MODULES = WithoutMigrations()
call_command("migrate", run_syncdb=True, verbosity=0)
