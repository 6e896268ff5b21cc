"""docker-compose.yml holds what the installation needs, in words the settings understand."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.plumbing.test_documents import names_in_settings
from tests.plumbing.test_settings import REQUIRED

ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("web", "worker", "beat", "prepare")


def test_every_part_is_there() -> None:
    assert {"web", "worker", "beat", "database", "redis", "mail"} <= SERVICES.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_part_says_when_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]


@pytest.mark.parametrize("name", OURS)
def test_our_parts_have_what_production_requires_and_nothing_unknown(name: str) -> None:
    environment = SERVICES[name]["environment"].keys()
    assert set(REQUIRED) <= environment
    assert environment <= names_in_settings()


def test_what_a_part_waits_for_exists() -> None:
    waited_for = {other for service in SERVICES.values() for other in service.get("depends_on", {})}
    assert waited_for <= SERVICES.keys()


def test_the_queue_never_forgets() -> None:
    assert "--maxmemory-policy noeviction" in SERVICES["redis"]["command"]
    assert "--appendonly yes" in SERVICES["redis"]["command"]


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER quality" in lines
    assert lines.index("USER quality") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))
