"""The files of a pack as plain data, read strictly: nothing guessed from text, no aliases."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import yaml

# Far above any real pack; below what a crafted file needs to tie up a worker.
LARGEST_PACK = 2_000_000
MOST_FILES = 100
DEEPEST = 30

Files = Mapping[str, bytes]


class DocumentInvalid(Exception):
    """A file that cannot be read at all. ``place`` is the line, counted from 1, or empty."""

    def __init__(self, problem: str, allowed: str, place: str = "") -> None:
        super().__init__(problem)
        self.problem, self.allowed, self.place = problem, allowed, place


# libyaml where the wheel has it: ten times as fast.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_FastLoader):  # type: ignore[misc]
    """YAML with text as text: only true and false are truth values, and dates stay as written."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.repeated: list[tuple[int, str]] = []

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(self.construct_object(key_node, deep=True))
            if key in mapping:
                self.repeated.append((key_node.start_mark.line + 1, key))
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


_Loader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG,
    _Loader.construct_mapping,
)
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_document(data: bytes) -> tuple[Any, list[tuple[int, str]]]:
    """The content of a YAML file, and the keys that stand in it twice, each with its line.

    Raises DocumentInvalid for anything that is not one YAML document in UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
        _refuse_traps(text)
        loader = _Loader(text)
        return loader.get_single_data(), loader.repeated
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1}"
        raise DocumentInvalid("The file is not in UTF-8.", "Save it as UTF-8.", place) from error
    except yaml.reader.ReaderError as error:
        raise DocumentInvalid("The file has a control character.", "Remove it.") from error
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error) from error


def _refuse_traps(text: str) -> None:
    """Aliases, which can make a small file huge, and nesting that exhausts whoever builds it."""
    depth = 0
    for event in yaml.parse(text, Loader=_FastLoader):
        line = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        if isinstance(event, yaml.AliasEvent):
            raise DocumentInvalid("An alias (*name) stands for another part.", "Write the part out.", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise DocumentInvalid("The file is nested too deeply.", f"At most {DEEPEST} levels.", line)


def _not_yaml(error: yaml.MarkedYAMLError) -> DocumentInvalid:
    place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
    return DocumentInvalid(
        f"The file is not valid YAML: {error.problem}.",
        "Check the indentation, and put text that holds “: ” or “#” in quotes.",
        place,
    )


def unpack(name: str, data: bytes) -> dict[str, bytes]:
    """The files of an uploaded pack: a zip of framework.yaml and tools/, or one YAML file with both.

    Raises DocumentInvalid when it is neither, or too large.
    """
    if len(data) > LARGEST_PACK:
        raise _too_large()
    if name.lower().endswith((".yaml", ".yml")):
        return {name: data}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _from_archive(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DocumentInvalid(
            f"“{name}” cannot be opened.", "A zip file without a password, or a file that ends in .yaml."
        ) from error


def _from_archive(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [info for info in archive.infolist() if info.filename.endswith((".yaml", ".yml"))]
    if len(members) > MOST_FILES or sum(info.file_size for info in members) > LARGEST_PACK:
        raise _too_large()
    roots = [info.filename for info in members if info.filename.split("/")[-1] == "framework.yaml"]
    folder = min(roots, key=len, default="").removesuffix("framework.yaml")
    return {info.filename.removeprefix(folder): archive.read(info) for info in members}


def _too_large() -> DocumentInvalid:
    return DocumentInvalid(
        "The pack is too large.", f"At most {MOST_FILES} files and {LARGEST_PACK // 1_000_000} MB in all."
    )


def pack_up(files: Files) -> bytes:
    """A zip of the files; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write_document(content: Any) -> bytes:
    """YAML that ``read_document`` reads back to the same content."""
    text: str = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return text.encode()


class _Dumper(_FastDumper):  # type: ignore[misc]
    """Never writes aliases, and long texts in blocks that people can edit."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
