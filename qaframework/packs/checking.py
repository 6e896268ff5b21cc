"""Says everything that is wrong with a pack at once: file, place, problem, and what would be right."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from qaframework.packs.documents import DocumentInvalid, Files, read_document
from qaframework.packs.library import tools_named_in, with_lists
from qaframework.packs.references import framework_slips, tool_slips

SCHEMAS = Path(__file__).parent / "schema"
FRAMEWORK = "framework.yaml"
TOOL_FILE = re.compile(r"tools/[^/]+\.yaml")


@dataclass(frozen=True)
class Mistake:
    """``path`` leads to the place inside the file; ``allowed`` says what would be right."""

    file: str
    path: str
    problem: str
    allowed: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.path}" if self.path else self.file
        return f"{place}: {self.problem} {self.allowed}".rstrip()


def check(files: Files) -> list[Mistake]:
    """Every mistake in the files of a pack, in the order of the files; empty when it can be loaded."""
    return examine(files)[1]


def examine(files: Files) -> tuple[dict[str, Any], list[Mistake]]:
    """The pack's content ``{"framework": …, "tools": {key: …}}`` and its mistakes.

    The content is fit for use only when there are no mistakes. What the pack names and does not bring itself
    is taken from the library, and belongs to the content from then on.
    """
    documents, mistakes = _documents(files)
    framework = with_lists(documents.get(FRAMEWORK))
    tools = {_tool_key(name): tool for name, tool in documents.items() if TOOL_FILE.fullmatch(name)}
    content = {"framework": framework, "tools": tools_named_in(framework) | tools}
    if FRAMEWORK not in documents and not any(mistake.file == FRAMEWORK for mistake in mistakes):
        mistakes.append(
            Mistake(FRAMEWORK, "", "The file is missing.", "A pack needs a file framework.yaml at its top.")
        )
    mistakes += mistakes_in(content)
    return content, sorted(mistakes, key=lambda mistake: mistake.file != FRAMEWORK)


def mistakes_in(content: Mapping[str, Any]) -> list[Mistake]:
    """Every mistake in content that is there as data already: those of the rules first."""
    framework, tools = content["framework"], content["tools"]
    found = [] if framework is None else _against_schema(FRAMEWORK, framework, "framework")
    for key, tool in tools.items():
        found += _against_schema(_tool_file(key), tool, "tool")
    return found + _slips(framework, tools)


def shape_mistakes(tool: Mapping[str, Any]) -> list[Mistake]:
    """What of a single tool is not as a tool is written, whatever framework it is for; its key is there."""
    return _against_schema(_tool_file(str(tool["key"])), tool, "tool")


def _tool_key(name: str) -> str:
    return Path(name).stem


def _tool_file(key: str) -> str:
    return f"tools/{key}.yaml"


def _documents(files: Files) -> tuple[dict[str, Any], list[Mistake]]:
    documents: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, data in sorted(files.items()):
        try:
            document, repeated = read_document(data)
        except DocumentInvalid as error:
            mistakes.append(Mistake(name, error.place, error.problem, error.allowed))
            continue
        mistakes += [
            Mistake(name, f"line {line}", f"“{key}” stands here a second time.", "Each name once.")
            for line, key in repeated
        ]
        documents |= _parts(name, document)
    strays = [name for name in documents if name != FRAMEWORK and not TOOL_FILE.fullmatch(name)]
    mistakes += [
        Mistake(
            name, "", "The file has no place in a pack.", "framework.yaml, and tools/NAME.yaml for a tool."
        )
        for name in strays
    ]
    return documents, mistakes


def _parts(name: str, document: Any) -> dict[str, Any]:
    """A pack may be one file that holds the framework and all tools; then its parts count as the files."""
    if not isinstance(document, dict) or set(document) != {"framework", "tools"}:
        return {name: document}
    tools = document["tools"] if isinstance(document["tools"], dict) else {}
    return {FRAMEWORK: document["framework"]} | {f"tools/{key}.yaml": tool for key, tool in tools.items()}


def _slips(framework: Any, tools: dict[str, Any]) -> list[Mistake]:
    """What the schema cannot see: names that lead nowhere, keys used twice, parts that do not fit."""
    found = [Mistake(FRAMEWORK, *slip) for slip in framework_slips(framework, tools)]
    for key, tool in tools.items():
        found += [Mistake(_tool_file(key), *slip) for slip in tool_slips(key, tool, framework)]
    return found


# Mistakes that the schema finds, in words


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))


def _against_schema(file: str, document: Any, schema: str) -> list[Mistake]:
    found = [
        Mistake(
            file, _place(document, list(error.absolute_path)), *_in_words(error, _validator(schema).schema)
        )
        for top in _validator(schema).iter_errors(document)
        for error in _innermost(top)
    ]
    return list(dict.fromkeys(found))


def _innermost(error: ValidationError) -> Iterator[ValidationError]:
    """Of "this or nothing", the mistakes in "this"; else the mistake itself."""
    if error.validator != "oneOf":
        yield error
        return
    for inner in error.context or []:
        if inner.schema_path[0] == 0:
            yield from _innermost(inner)


def _place(document: Any, path: Sequence[str | int]) -> str:
    """A path in which an entry of a list goes by its key, not its number, where it has one."""
    steps: list[str] = []
    for step in path:
        document = document[step]
        key = document.get("key") if isinstance(step, int) and isinstance(document, dict) else None
        steps.append(str(key or (step + 1 if isinstance(step, int) else step)))
    return " › ".join(steps)


def _in_words(error: ValidationError, whole: Mapping[str, Any]) -> tuple[str, str]:
    description = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    match error.validator:
        case "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            meanings = [_meaning(error.schema, name, whole) for name in missing]
            return f"{_quoted(missing)} missing.", " ".join(filter(None, meanings)) or description
        case "additionalProperties":
            known = error.schema.get("properties", {})
            unknown = [name for name in error.instance if name not in known]
            return f"{_quoted(unknown)} not known here.", f"Known here: {', '.join(known)}."
        case "enum":
            choices = ", ".join(str(choice or "null") for choice in error.validator_value)
            return f"“{error.instance}” is not one of the choices.", f"Choose one of: {choices}."
        case "type" if isinstance(error.instance, dict | list) or error.instance is None:
            return "This is not the kind of entry that belongs here.", description
        case "minimum" | "maximum":
            side = "below" if error.validator == "minimum" else "above"
            return f"{error.instance} is {side} {error.validator_value}.", description
        case "exclusiveMinimum":
            return f"{error.instance} is not above {error.validator_value}.", description
        case "minLength":
            return "Nothing is written here.", description
        case "minItems" | "maxItems" | "minProperties":
            return "There are too few or too many entries here.", description
        case "maxLength":
            return f"The text is longer than {error.validator_value} characters.", description
    return f"“{error.instance}” is not right here.", description


def _meaning(schema: Mapping[str, Any], name: str, whole: Mapping[str, Any]) -> str:
    """For instance “year_starts_in: The month in which the programme year starts, 4 for April.”"""
    entry = schema.get("properties", {}).get(name, {})
    named = whole["$defs"].get(entry.get("$ref", "").removeprefix("#/$defs/"), {})
    said = entry.get("description") or named.get("description")
    return f"{name}: {said}" if said else ""


def _quoted(names: list[str]) -> str:
    verb = "is" if len(names) == 1 else "are"
    return f"{', '.join(f'“{name}”' for name in names)} {verb}"
