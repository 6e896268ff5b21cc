"""A room rests only on floors below it (docs/architecture.md), in imports and in the database."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def floors() -> dict[str, int]:
    """Room → floor, 0 lowest, from the import contract."""
    layers = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "Floor plan")
    return {room.strip(): -number for number, layer in enumerate(layers) for room in layer.split("|")}


def test_imports_keep_to_the_floor_plan() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-4000:]


def test_relations_keep_to_the_floor_plan() -> None:
    floor = floors()
    climbing = []
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_config.name
        for field in model._meta.get_fields():
            if field.auto_created or not field.is_relation or field.related_model is None:
                continue
            other = field.related_model._meta.app_config.name
            if room in floor and other in floor and room != other and floor[other] >= floor[room]:
                climbing.append(f"{model._meta.label}.{field.name} points up to {other}")
    assert climbing == []


def test_every_room_has_its_floor() -> None:
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT)}
    ours = {name for name in ours if ".venv" not in apps.get_app_config(name.rpartition(".")[2]).path}
    assert ours <= floors().keys()
    assert "qaframework.people" in ours


def test_the_drawing_shows_the_floors_of_the_contract() -> None:
    """Docs/architecture.md, from the top; the roof is wiring."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = re.findall(r"^ [0-9]   ((?:[a-z.]+(?: \| )?)+)", page, re.MULTILINE)
    layers = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "Floor plan")
    assert drawn == [layer for layer in layers if layer != "qaframework.urls"]


def test_every_room_is_described() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    described = set(re.findall(r"`([a-z]+)`", "".join(re.findall(r"^\|.+?\|", page, re.MULTILINE))))
    assert described == {room.removeprefix("qaframework.") for room in floors()} - {"urls"}
