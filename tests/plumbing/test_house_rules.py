"""Rules that hold for every file of the project."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 500

# Written in pieces, so that this file keeps its own rule.
NOWHERE = {
    "a path of one machine": re.compile(
        "/" + r"work/(?!\d|<|\{)|/" + r"tmp/team|(?<![\w.-])(\.\./)?" + "shared" + "/"
    ),
    "a package registry's address": re.compile(
        r"pypi\." + r"org|python" + r"hosted|registry\.npm" + r"js|deb\.deb" + "ian"
    ),
    "who or what wrote it": re.compile("cla" + "ude|anth" + "ropic|chat" + "gpt|language " + "model", re.I),
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in files if path.is_file() and "vendor" not in path.relative_to(ROOT).parts]


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""  # pictures and workbooks


@pytest.mark.parametrize("what", NOWHERE)
def test_the_project_stands_alone(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if NOWHERE[what].search(line)
    ]
    assert found == []


def test_no_module_is_long() -> None:
    written = [path for path in tracked_files() if path.suffix in {".py", ".js", ".html", ".css"}]
    assert written
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in written
        if "migrations" not in path.parts
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_room_has_a_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "services", "misc"}
    rooms = [path for path in tracked_files() if path.suffix == ".py" and "tests" not in path.parts]
    assert [str(path) for path in rooms if drawers & {path.stem, path.parent.name}] == []


# What differs between authorities is data. A clause may be named as the source of a rule.
AUTHORITIES = re.compile(r"lancashire|bracknell|bedford|windsor|maidenhead|sandwell|rbwm(?!-[0-9])", re.I)
MAY_NAME_THEM = ("docs/", "tests/", "qaframework/packs/data/")


def test_no_authority_is_named_outside_the_packs_and_what_is_written_about_them() -> None:
    named = [
        f"{name}:{number}: {line.strip()[:80]}"
        for path in tracked_files()
        if not (name := str(path.relative_to(ROOT))).startswith(MAY_NAME_THEM)
        for number, line in enumerate([name, *text_of(path).splitlines()])
        if AUTHORITIES.search(line)
    ]
    assert named == []


def test_the_names_are_found_where_they_may_stand() -> None:
    """The search does find them: in every pack, and in nothing that speaks of a clause only."""
    packs = [path for path in tracked_files() if path.match("qaframework/packs/data/*/framework.yaml")]
    assert len(packs) >= 5
    assert all(AUTHORITIES.search(path.read_text()) for path in packs)
    assert not AUTHORITIES.search("Source: RBWM-27.")
