"""
Make an empty database ready at once: `python -m qaframework.new_database`.

Tables come straight from the models, and the migrations are noted as applied. That takes two seconds where
replaying the migrations takes twelve, because Django renders all models again at each of them. A test holds
that both ways lead to the same schema. A database with anything in it is brought up to date by
`manage.py migrate`.
"""

import os

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction


def create() -> None:
    """All or nothing, so that a start that is interrupted here can be tried again."""
    with connection.constraint_checks_disabled(), transaction.atomic():
        settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
        call_command("migrate", run_syncdb=True, verbosity=0)
        settings.MIGRATION_MODULES = {}
        call_command("migrate", fake=True, verbosity=0)
        call_command("createcachetable")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")
    django.setup()
    create()
