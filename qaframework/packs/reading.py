"""Packs from where they lie to checked content, and back to files."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from qaframework.packs.checking import FRAMEWORK, Mistake, examine
from qaframework.packs.documents import DocumentInvalid, Files, read_document, unpack, write_document

SHIPPED = Path(__file__).parent / "data"

Content = dict[str, Any]


class PackInvalid(Exception):
    """A pack with ``mistakes``, all of them at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def shipped_packs() -> list[str]:
    """Names of the packs that come with the product."""
    return sorted(folder.name for folder in SHIPPED.iterdir() if (folder / FRAMEWORK).is_file())


@cache
def demonstration_packs() -> dict[str, str]:
    """The shipped packs that the demonstration begins with, by the part of the organisation they are for."""
    document, _ = read_document((SHIPPED / "demonstration.yaml").read_bytes())
    return dict(document)


@cache
def shipped_names() -> dict[str, str]:
    """What the shipped packs are called in full, by name."""
    return {name: read_pack(name)["framework"]["name"] for name in shipped_packs()}


def pack_files(name_or_path: str) -> dict[str, bytes]:
    """The files of a shipped pack, a folder, a zip or a single YAML file. Raises PackInvalid."""
    path = SHIPPED / name_or_path if name_or_path in shipped_packs() else Path(name_or_path)
    if path.is_dir():
        if not (path / FRAMEWORK).is_file():
            allowed = f"The folder of a pack, with {FRAMEWORK} in it."
            raise PackInvalid([Mistake(name_or_path, "", f"The folder has no {FRAMEWORK}.", allowed)])
        files = [file for file in sorted(path.rglob("*")) if file.suffix in (".yaml", ".yml")]
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
    if not path.is_file():
        allowed = f"One of {', '.join(shipped_packs())}, or a folder, a zip or a YAML file."
        raise PackInvalid([Mistake(name_or_path, "", "There is no such pack.", allowed)])
    return uploaded_files(path.name, path.read_bytes())


def uploaded_files(name: str, data: bytes) -> dict[str, bytes]:
    """The files of an uploaded zip or YAML file. Raises PackInvalid."""
    try:
        return unpack(name, data)
    except DocumentInvalid as error:
        raise PackInvalid([Mistake(name, error.place, error.problem, error.allowed)]) from error


def content_of(files: Files) -> Content:
    """Checked content ``{"framework": …, "tools": {key: …}}``. Raises PackInvalid with every mistake."""
    content, mistakes = examine(files)
    if mistakes:
        raise PackInvalid(mistakes)
    return content


def read_pack(name_or_path: str) -> Content:
    """The checked content of a shipped pack, a folder, a zip or a YAML file. Raises PackInvalid."""
    return content_of(pack_files(name_or_path))


def files_of(content: Content) -> dict[str, bytes]:
    """The content as the files of a pack, for export; reading them gives the same content."""
    tools = {f"tools/{key}.yaml": write_document(tool) for key, tool in content["tools"].items()}
    return {FRAMEWORK: write_document(content["framework"])} | tools


def hash_of(content: Content) -> str:
    """SHA-256 of the content, whatever the order of its names."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
