"""Whether every row of every business model has the history that leads to it."""

from django.apps import apps
from django.db import models

ROOMS = {"qaframework", "audits", "observations", "supervision", "escalation", "reporting"}


def our_models() -> list[type[models.Model]]:
    """Every model of this project that has a table, but for those that hold the history of another."""
    rooms = [config for config in apps.get_app_configs() if config.name.split(".")[0] in ROOMS]
    return [model for room in rooms for model in room.get_models() if not hasattr(model, "instance_type")]


def kept_models() -> list[type[models.Model]]:
    """Those whose every change leaves an entry."""
    return [model for model in our_models() if hasattr(model, "history")]


def gaps_in_history() -> list[str]:
    """A line for each row that has no entry, or whose newest entry does not say what the row says."""
    return [gap for model in kept_models() for gap in _gaps(model)]


def _gaps(model: type[models.Model]) -> list[str]:
    entries = model.history.model  # type: ignore[attr-defined]
    tracked = {field.attname for field in entries.tracked_fields}
    names = [field.attname for field in model._meta.concrete_fields if field.attname in tracked]
    key = model._meta.pk.attname
    in_order = entries._base_manager.order_by("history_id").values_list(key, *names)
    newest = {entry[0]: entry for entry in in_order}
    found = []
    for row in model._base_manager.values_list(key, *names):
        entry = newest.get(row[0])
        if entry is None:
            found.append(f"{model._meta.label} {row[0]} has no entry")
        elif entry != row:
            changed = [name for name, now, then in zip(names, row[1:], entry[1:], strict=True) if now != then]
            found.append(f"{model._meta.label} {row[0]}: {', '.join(changed)} changed without an entry")
    return found
