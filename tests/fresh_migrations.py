"""
Write every room's migrations afresh, as one `0001_initial` each. For as long as nothing has been released.

`python -m tests.fresh_migrations` replaces what is there. `makemigrations` adds relations and constraints one
by one afterwards, and Django renders all models again at each of them: that took 18 seconds at a first start,
where whole models take five.
"""

import os
import shutil
from graphlib import TopologicalSorter
from pathlib import Path

import django
from django.apps import AppConfig, apps
from django.db import models
from django.db.migrations import Migration, swappable_dependency
from django.db.migrations.operations import AddField, CreateModel
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter

ROOT = Path(__file__).resolve().parent.parent


def rooms() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if Path(app.path).parent in {ROOT, ROOT / "qaframework"}]


def targets(model: type[models.Model]) -> set[type[models.Model]]:
    """The models that must exist before this one."""
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return {field.related_model for field in fields if field.is_relation} - {model}


def through_fields(model: type[models.Model]) -> list[models.ManyToManyField]:
    """Relations by way of a model of their own, which in turn points back here: they come last."""
    return [
        field for field in model._meta.local_many_to_many if not field.remote_field.through._meta.auto_created
    ]


def operation(model: type[models.Model]) -> CreateModel:
    state = ModelState.from_model(model)
    options = {
        name: value
        for name, value in state.options.items()
        if value or name not in {"indexes", "constraints"}
    }
    later = {field.name for field in through_fields(model)}
    fields = [(name, field) for name, field in state.fields.items() if name not in later]
    return CreateModel(state.name, fields, options, state.bases, state.managers)


def initial_migration(room: AppConfig) -> Migration:
    own = set(room.get_models())
    migration = Migration("0001_initial", room.label)
    migration.initial = True
    order = TopologicalSorter(
        {model: targets(model) & own for model in sorted(own, key=lambda m: m.__name__)}
    )
    ordered = list(order.static_order())
    migration.operations = [operation(model) for model in ordered]
    migration.operations += [
        AddField(model._meta.model_name, field.name, ModelState.from_model(model).fields[field.name])
        for model in ordered
        for field in through_fields(model)
    ]
    others = {other for model in own for other in targets(model) - own}
    user = apps.get_model(django.conf.settings.AUTH_USER_MODEL)
    needed = {(other._meta.app_label, first_migration(other)) for other in others - {user}}
    migration.dependencies = sorted(needed)
    if user in others:
        migration.dependencies.append(swappable_dependency(django.conf.settings.AUTH_USER_MODEL))
    return migration


def first_migration(model: type[models.Model]) -> str:
    """Ours have one; of Django's own apps the last is meant."""
    return "0001_initial" if model._meta.app_config in rooms() else "__latest__"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for room in rooms():
        if not list(room.get_models()):
            continue
        folder = Path(room.path) / "migrations"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "0001_initial.py").write_text(
            MigrationWriter(initial_migration(room), include_header=False).as_string()
        )
        print(f"{room.label}: {len(list(room.get_models()))} models")


if __name__ == "__main__":
    main()
