"""The documents are true: the settings table says what the program reads, and links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'\benv(?:_required|_flag|_number|_choice|_list)?\(\s*"([A-Z_]+)"')
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def names_in_settings() -> set[str]:
    return set(READ.findall((ROOT / "qaframework" / "settings.py").read_text()))


def documented() -> dict[str, tuple[str, ...]]:
    """Name → meaning, default, required."""
    rows = ROW.findall((ROOT / "docs" / "operations.md").read_text())
    return {name: tuple(rest) for name, *rest in rows}


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented().keys() == names_in_settings()


def test_required_means_required() -> None:
    source = (ROOT / "qaframework" / "settings.py").read_text()
    required = set(re.findall(r'env_required\(\s*"([A-Z_]+)"', source)) | {"ALLOWED_HOSTS"}
    assert {name for name, row in documented().items() if row[2] == "in production"} == required


def test_defaults_are_the_ones_in_the_program() -> None:
    source = (ROOT / "qaframework" / "settings.py").read_text()
    found = re.findall(r'env(?:_number|_choice)?\("([A-Z_]+)", "?([^",)]+)"?[,)]', source)
    simple = {name: default for name, default in found if " if " not in default}
    assert simple
    assert {name: documented()[name][1].strip("`") for name in simple} == simple


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda p: p.name
)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    inside = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in inside if not (page.parent / target).exists()] == []
