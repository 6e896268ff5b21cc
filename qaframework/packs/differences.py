"""What differs between two versions of a framework, in lines that people can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = "–"

# What tells the entries of a list apart: all of the first of these of which they have the beginning.
IDENTITIES = (
    ("key",),
    ("role", "activity", "unit"),
    ("roles", "activity", "units"),
    ("activity", "per"),
    ("kind", "for_each", "units"),
    ("name",),
    ("label",),
    ("about",),
    ("owed_by",),
)

Entries = dict[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Difference:
    place: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every rule, quota and question that differs, in the order of the content.

    What is left out, null or empty is the same. Entries of a list are told apart by their key or the like;
    where those that stayed stand in another order, a line says so.
    """
    return list(_between((), before, after))


def _between(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after or (_is_nothing(before) and _is_nothing(after)):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _between_named(path, before, after)
    elif _has_entries(before) and _has_entries(after):
        named_before, named_after = _named(before), _named(after)
        yield from _between_named(path, named_before, named_after)
        yield from _order(path, named_before, named_after)
    elif _is_nothing(before) and _has_entries(after):
        yield from _between_named(path, {}, _named(after))
    elif _has_entries(before) and _is_nothing(after):
        yield from _between_named(path, _named(before), {})
    else:
        yield Difference(" › ".join(path), _text(before), _text(after))


def _between_named(
    path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        step = () if path == () and name == "framework" else (_words(name),)
        yield from _between(path + step, before.get(name), after.get(name))


def _order(path: tuple[str, ...], before: Entries, after: Entries) -> Iterator[Difference]:
    stayed_before = [_words(name) for name in before if name in after]
    stayed_after = [_words(name) for name in after if name in before]
    if stayed_before != stayed_after:
        yield Difference(" › ".join([*path, "order"]), _text(stayed_before), _text(stayed_after))


def _is_nothing(value: Any) -> bool:
    return value is None or value == [] or value == {}


def _has_entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _named(entries: Sequence[Mapping[str, Any]]) -> Entries:
    """Entries by what tells them apart; those that nothing does, by number."""
    named: Entries = {}
    for entry in entries:
        name, number = _name(entry), 1
        while not name or name in named:
            number += 1
            name = f"{_name(entry)} {number}".strip()
        named[name] = entry
    return named


def _name(entry: Mapping[str, Any]) -> str:
    parts = next((parts for parts in IDENTITIES if parts[0] in entry), ())
    return ", ".join(_text(entry[part]) for part in parts if not _is_nothing(entry.get(part)))


def _text(value: Any) -> str:
    if _is_nothing(value):
        return NOTHING
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_text(part) for part in value)
        case Mapping():
            parts = ((name, part) for name, part in value.items() if name != "key")
            return "; ".join(f"{_words(name)}: {_text(part)}" for name, part in parts)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
