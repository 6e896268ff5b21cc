"""What differs between two versions of a framework, in lines that people can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = "–"

# Where these are told apart in a list, rather than by a key.
IDENTITIES = ("key", "role", "activity", "unit", "kind", "per", "about")


@dataclass(frozen=True)
class Difference:
    place: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every rule, quota and question that differs, in the order of the content."""
    return list(_between((), before, after))


def _between(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _between_named(path, before, after)
    elif _has_entries(before) and _has_entries(after):
        yield from _between_named(path, _named(before), _named(after))
    else:
        yield Difference(" › ".join(path), _text(before), _text(after))


def _between_named(
    path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        step = () if path == () and name == "framework" else (name.replace("_", " "),)
        yield from _between(path + step, before.get(name), after.get(name))


def _has_entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _named(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Entries by their key, or by what else tells them apart; those that nothing does, by number."""
    named: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("key") or ", ".join(str(entry[part]) for part in IDENTITIES if entry.get(part))
        named[name if name and name not in named else f"{name} {number}".strip()] = entry
    return named


def _text(value: Any) -> str:
    match value:
        case None | []:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_text(part) for part in value)
        case Mapping():
            parts = ((name, part) for name, part in value.items() if name != "key")
            return "; ".join(f"{name.replace('_', ' ')}: {_text(part)}" for name, part in parts)
    return str(value)
