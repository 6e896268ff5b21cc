"""Building a tool: a draft is begun, changed part by part, and published as a new version of its framework.

Every change of a draft names the person and leaves an entry. A part that somebody else changed after it was
read is never overwritten; two people can change different parts at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.workflow import change_rules
from qaframework.people import history
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.building import content
from qaframework.tools.building.content import Direction, Part, Tool, mark_of
from qaframework.tools.building.kinds import BEGINS_WITH, BELONGS_TO, may_become
from qaframework.tools.building.reading import activities_with, earlier_key, earlier_kinds
from qaframework.tools.building.reasons import Reason, reasons_against
from qaframework.tools.models import ToolDraft
from qaframework.tools.workflow import install_tools

KIND_STAYS = (
    "This question is in a published version. Its kind of answer stays, so that figures compare like with "
    "like. Add another question instead, and remove this one."
)


class NotReady(Refused):
    """The draft cannot be published. ``reasons`` say why, all at once."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = list(reasons)


@transaction.atomic
def begin_draft(*, framework: Framework, tool: Tool, by: User, now: datetime) -> ToolDraft:
    """A draft of the tool: one that there is, a copy, an empty one or one from a file.

    Raises Refused when the tool has a draft already, or the framework has no version yet.
    """
    newest = framework.versions.first()
    if newest is None:
        raise Refused(f"{framework} has no version yet. Load its pack first.")
    draft = ToolDraft(
        framework=framework,
        key=tool["key"],
        content=tool,
        based_on=newest,
        started_by=by,
        started_at=now,
        changed_by=by,
        changed_at=now,
    )
    try:
        with transaction.atomic():
            return history.create(draft, by=by, now=now, reason="Begun")
    except IntegrityError as error:
        raise Refused(f"“{draft.name}” has a draft already. Go on with that one, or discard it.") from error


@transaction.atomic
def change_particulars(
    *, draft: ToolDraft, values: Mapping[str, Any], read: str, by: User, now: datetime
) -> ToolDraft:
    """Change what the whole tool says, such as its name or its grade scheme; its parts stay.

    ``read`` is the mark of the particulars as they were read. Raises SomebodyElseWasFirst when they have
    changed since.
    """
    _refuse_changed(particulars_of(draft.content), read)
    return _write(draft, content.with_values(draft.content, values), "Particulars changed", by=by, now=now)


@transaction.atomic
def change_essentials(
    *, draft: ToolDraft, essentials: Sequence[Part], read: str, by: User, now: datetime
) -> ToolDraft:
    """Put these essentials in place of the old ones; those without a key get one made from their words.

    Raises SomebodyElseWasFirst when they have changed since they were read.
    """
    _refuse_changed(draft.content.get("indicators", []), read)
    taken = content.keys_in(draft.content) | set(earlier_kinds(draft))
    kept: list[Part] = []
    for one in essentials:
        key = one.get("key") or content.key_from(one["text"], taken)
        taken.add(key)
        kept.append({**one, "key": key})
    changed = content.with_values(draft.content, {"indicators": kept})
    return _write(draft, changed, "Essentials changed", by=by, now=now)


@transaction.atomic
def add_section(*, draft: ToolDraft, values: Mapping[str, Any], by: User, now: datetime) -> str:
    """A new last section; returns its key, which is made from its title and never changes."""
    key = content.key_from(values["title"], {one["key"] for one in content.sections_of(draft.content)})
    section = content.with_values({"key": key}, values) | {"questions": []}
    _write(draft, content.add_section(draft.content, section), f"“{values['title']}” added", by=by, now=now)
    return key


@transaction.atomic
def change_section(
    *, draft: ToolDraft, key: str, values: Mapping[str, Any], read: str, by: User, now: datetime
) -> ToolDraft:
    """Change a section's own words and grade; its questions stay.

    Raises SomebodyElseWasFirst when it is gone or has changed since it was read.
    """
    section = _section(draft, key)
    _refuse_changed(heading_of(section), read)
    changed = content.put_section(draft.content, content.with_values(section, values))
    return _write(draft, changed, f"“{values['title']}” changed", by=by, now=now)


@transaction.atomic
def move_section(*, draft: ToolDraft, key: str, direction: Direction, by: User, now: datetime) -> ToolDraft:
    """One place up or down. Raises SomebodyElseWasFirst when it is gone."""
    section = _section(draft, key)
    changed = content.shift_section(draft.content, key, direction)
    return _write(draft, changed, f"“{section['title']}” moved {direction}", by=by, now=now)


@transaction.atomic
def remove_section(*, draft: ToolDraft, key: str, by: User, now: datetime) -> ToolDraft:
    """Without its questions. Raises SomebodyElseWasFirst when it is gone."""
    section = _section(draft, key)
    changed = content.drop_section(draft.content, key)
    return _write(draft, changed, f"“{section['title']}” removed", by=by, now=now)


@transaction.atomic
def add_question(
    *, draft: ToolDraft, section_key: str, values: Mapping[str, Any], by: User, now: datetime
) -> str:
    """A new last question of a section; returns its key, made from its words, which never changes.

    A question that an earlier version asked in the same words and kind gets the key it had, so that both
    count together; no other key is ever used a second time. Raises SomebodyElseWasFirst when the section is
    gone.
    """
    _section(draft, section_key)
    taken = content.keys_in(draft.content)
    key = earlier_key(draft, values["text"], values["type"])
    if not key or key in taken:
        key = content.key_from(values["text"], taken | set(earlier_kinds(draft)))
    question = content.with_values({"key": key}, {**values, **BEGINS_WITH.get(values["type"], {})})
    changed = content.add_question(draft.content, section_key, question)
    _write(draft, changed, f"“{values['text']}” added", by=by, now=now)
    return key


@transaction.atomic
def change_question(
    *,
    draft: ToolDraft,
    key: str,
    values: Mapping[str, Any],
    read: str,
    by: User,
    now: datetime,
    section_key: str = "",
) -> ToolDraft:
    """Change a question's words and settings, or put it at the end of another section; its key stays.

    New choices get a key made from their words. Raises SomebodyElseWasFirst when it is gone or has changed
    since it was read.
    """
    _, question = _question(draft, key)
    _refuse_changed(question, read)
    changed = content.with_values(question, values)
    if "options" in changed:
        changed["options"] = _with_keys(changed["options"], "label")
    if "columns" in changed:
        changed["columns"] = [_with_own_keys(one) for one in _with_keys(changed["columns"], "text")]
    moved = content.put_question(draft.content, changed, section_key)
    return _write(draft, moved, f"“{changed['text']}” changed", by=by, now=now)


@transaction.atomic
def change_kind(*, draft: ToolDraft, key: str, kind: str, read: str, by: User, now: datetime) -> ToolDraft:
    """Another kind of answer; what only the old kind had, such as choices, is left out.

    Raises Refused when answers of a published version would mean something else, and SomebodyElseWasFirst
    when the question is gone or has changed since it was read.
    """
    _, question = _question(draft, key)
    _refuse_changed(question, read)
    published = earlier_kinds(draft).get(key)
    if published is not None and not may_become(published, kind):
        raise Refused(KIND_STAYS)
    dropped = {name: None for name, kinds in BELONGS_TO.items() if name in question and kind not in kinds}
    values = {**dropped, **BEGINS_WITH.get(kind, {}), "type": kind}
    changed = content.put_question(draft.content, content.with_values(question, values))
    return _write(draft, changed, f"“{question['text']}”: kind changed", by=by, now=now)


@transaction.atomic
def move_question(*, draft: ToolDraft, key: str, direction: Direction, by: User, now: datetime) -> ToolDraft:
    """One place up or down in its section. Raises SomebodyElseWasFirst when it is gone."""
    _, question = _question(draft, key)
    changed = content.shift_question(draft.content, key, direction)
    return _write(draft, changed, f"“{question['text']}” moved {direction}", by=by, now=now)


@transaction.atomic
def remove_question(*, draft: ToolDraft, key: str, by: User, now: datetime) -> ToolDraft:
    """Raises SomebodyElseWasFirst when it is gone."""
    _, question = _question(draft, key)
    changed = content.drop_question(draft.content, key)
    return _write(draft, changed, f"“{question['text']}” removed", by=by, now=now)


@transaction.atomic
def replace_content(*, draft: ToolDraft, tool: Tool, read: int, by: User, now: datetime) -> ToolDraft:
    """Take all of the draft from a file. ``read`` is the revision that the person had before them.

    Raises Refused for the file of another tool, and SomebodyElseWasFirst for a draft that has changed.
    """
    if tool["key"] != draft.key:
        raise Refused(
            f"The file is of the tool “{tool['key']}”, and this draft is of “{draft.key}”. "
            "Begin a new tool from the file instead."
        )
    if draft.revision != read:
        raise SomebodyElseWasFirst(f"{draft} has changed in the meantime.")
    return _write(draft, tool, "Taken from a file", by=by, now=now)


@transaction.atomic
def discard_draft(*, draft: ToolDraft, by: User, now: datetime) -> None:
    """Nothing of it is published; its history stays."""
    history.remove(draft, by=by, now=now, reason="Discarded")


@transaction.atomic
def publish_draft(
    *, draft: ToolDraft, effective_from: date, note: str, based_on: FrameworkVersion, by: User, now: datetime
) -> FrameworkVersion:
    """Make the draft part of a new version of its framework, from a local date on, and end the draft.

    Work that has begun stays on the version of the tool on which it was begun. ``based_on`` is the newest
    version of the framework that the person had before them. Raises NotReady with every reason why nobody
    could work with the tool, Refused for a past date or no note, and SomebodyElseWasFirst when the framework
    has a newer version or the draft has changed.
    """
    reasons = reasons_against(draft.content, based_on.content, earlier_kinds(draft))
    if reasons:
        raise NotReady(reasons)
    _hold(draft)
    version = change_rules(
        framework=draft.framework,
        content=content.with_tool(based_on.content, draft.content),
        effective_from=effective_from,
        note=note,
        by=by,
        now=now,
        based_on=based_on,
    )
    install_tools(framework_version=version, by=by, now=now)
    history.remove(draft, by=by, now=now, reason=f"Published in {version.label}")
    return version


@transaction.atomic
def retire_tool(
    *,
    framework: Framework,
    key: str,
    effective_from: date,
    note: str,
    based_on: FrameworkVersion,
    by: User,
    now: datetime,
) -> FrameworkVersion:
    """Leave the tool out of a new version of the framework; what was answered on it stays.

    Raises Refused while an activity uses it, naming the activities, or for a past date or no note, and
    SomebodyElseWasFirst when the framework has a newer version.
    """
    users = activities_with(based_on.content, key)
    if users:
        names = ", ".join(f"“{label}”" for label in users)
        raise Refused(f"It is in use by {names}. Give them another tool first.")
    return change_rules(
        framework=framework,
        content=content.without_tool(based_on.content, key),
        effective_from=effective_from,
        note=note,
        by=by,
        now=now,
        based_on=based_on,
    )


def particulars_of(tool: Mapping[str, Any]) -> Part:
    """What the tool says of itself, without its parts."""
    return content.without(tool, "sections", "indicators")


def heading_of(section: Mapping[str, Any]) -> Part:
    """What a section says of itself, without its questions."""
    return content.without(section, "questions")


def _write(draft: ToolDraft, tool: Tool, reason: str, *, by: User, now: datetime) -> ToolDraft:
    """The next revision of the draft; of two people who write at once only one gets it."""
    if tool == draft.content:
        return draft
    return history.change(
        draft,
        by=by,
        now=now,
        reason=reason[:100],
        only_if={"revision": draft.revision},
        content=tool,
        revision=draft.revision + 1,
        changed_by=by,
        changed_at=now,
    )


def _hold(draft: ToolDraft) -> None:
    """Let nobody change the draft while we write."""
    held = ToolDraft.objects.select_for_update().filter(pk=draft.pk)
    if held.values_list("revision", flat=True).first() != draft.revision:
        raise SomebodyElseWasFirst(f"{draft} has changed in the meantime.")


def _refuse_changed(part: Any, read: str) -> None:
    if mark_of(part) != read:
        raise SomebodyElseWasFirst("This part of the draft has changed in the meantime.")


def _section(draft: ToolDraft, key: str) -> Part:
    try:
        return content.find_section(draft.content, key)
    except KeyError as error:
        raise SomebodyElseWasFirst("This section is not there any more.") from error


def _question(draft: ToolDraft, key: str) -> tuple[Part, Part]:
    try:
        return content.find_question(draft.content, key)
    except KeyError as error:
        raise SomebodyElseWasFirst("This question is not there any more.") from error


def _with_keys(parts: Sequence[Part], words: str) -> list[Part]:
    """New choices or columns get a key made from their words."""
    taken = {one["key"] for one in parts if one.get("key")}
    kept = []
    for one in parts:
        key = one.get("key") or content.key_from(one[words], taken)
        taken.add(key)
        kept.append({**one, "key": key})
    return kept


def _with_own_keys(column: Part) -> Part:
    return {**column, "options": _with_keys(column["options"], "label")} if "options" in column else column
