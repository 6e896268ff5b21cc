"""How a tool that is not there yet begins: from nothing, as a copy of another, or from a file."""

from collections.abc import Mapping
from typing import Any

from django import forms

from qaframework.packs.checking import Mistake
from qaframework.packs.documents import LARGEST_PACK
from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.models import Framework
from qaframework.people.forms import offer
from qaframework.tools.building import content
from qaframework.tools.building.content import LONGEST_TOOL_KEY, Tool
from qaframework.tools.building.files import FileFaulty, read_tool
from qaframework.tools.building.texts import Words

NOTHING, COPY, FILE = "nothing", "copy", "file"
LIBRARY = "library"


class ToolFileField(forms.FileField):
    """A file with a tool. Its value is the tool; ``mistakes`` say what is wrong with a faulty one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            help_text=f"A tool’s YAML file or workbook, at most {LARGEST_PACK // 1_000_000} MB. "
            "Export a tool to see how they look.",
            widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.xlsx"}),
            error_messages={"required": "Choose the file."},
            **kwargs,
        )
        self.mistakes: list[Mistake] = []

    def clean(self, data: Any, initial: Any = None) -> Tool | None:
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > LARGEST_PACK:
            raise forms.ValidationError(f"“{file.name}” is larger than {LARGEST_PACK // 1_000_000} MB.")
        try:
            return read_tool(file.name, file.read())
        except FileFaulty as faulty:
            self.mistakes = faulty.mistakes
            count = len(faulty.mistakes)
            raise forms.ValidationError(
                f"Nothing was taken from the file. {count} to put right in it: see the list on this page."
            ) from faulty


class WithFile(forms.Form):
    """A form that takes a tool from a file."""

    @property
    def mistakes(self) -> list[list[str]]:
        """What is wrong in the file, as the rows of a table."""
        field = self.fields["file"]
        assert isinstance(field, ToolFileField)
        return [[f"{one.file} {one.path}".strip(), one.problem, one.allowed] for one in field.mistakes]


class ReplaceForm(WithFile):
    """Takes all of a draft from a file. ``read`` is the draft's revision as the person saw it."""

    file = ToolFileField(label="File")
    read = forms.IntegerField(widget=forms.HiddenInput)


class NewToolForm(WithFile):
    """A new tool of a framework. ``tool`` is what its draft begins with, once the form is valid."""

    mark_optional = False  # what is needed depends on how one begins

    start = forms.ChoiceField(
        label="How do you want to begin?",
        choices=[
            (NOTHING, "With nothing"),
            (COPY, "With a copy of another tool"),
            (FILE, "With a file"),
        ],
        widget=forms.RadioSelect,
    )
    name = Words(
        label="What is it called?",
        help_text="For a file its own name is taken.",
        max_length=120,
        required=False,
    )
    other = forms.ChoiceField(label="Which tool is copied?", help_text="Only for a copy.", required=False)

    file = ToolFileField(label="File", required=False)

    def __init__(self, *args: Any, framework: Framework, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken, self.tools = taken, _tools_to_copy(framework)
        groups = [
            (label, [(f"{source}.{key}", tool["name"]) for key, tool in tools.items()])
            for (source, label), tools in self.tools.items()
        ]
        offer(self, "other", [("", "Choose a tool"), *groups])  # type: ignore[list-item]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("start") in (NOTHING, COPY) and not said.get("name") and "name" not in self.errors:
            self.add_error("name", "Say what the new tool is called.")
        if said.get("start") == COPY and not said.get("other") and "other" not in self.errors:
            self.add_error("other", "Choose the tool that is copied.")
        if said.get("start") == FILE and not said.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose the file.")
        return said

    def tool(self) -> Tool:
        """What the draft begins with. The form must be valid."""
        if self.cleaned_data["start"] == FILE:
            tool: Tool = self.cleaned_data["file"]
            return tool
        name = self.cleaned_data["name"]
        key = content.key_from(name, self.taken, LONGEST_TOOL_KEY)
        if self.cleaned_data["start"] == NOTHING:
            return content.empty_tool(key, name)
        return content.copied(self._other(), key, name)

    def _other(self) -> Mapping[str, Any]:
        source, _, key = self.cleaned_data["other"].partition(".")
        return next(tools[key] for (name, _), tools in self.tools.items() if name == source)


def _tools_to_copy(framework: Framework) -> dict[tuple[str, str], dict[str, Tool]]:
    """The tools of this framework, of the others and the ready-made ones, by where they come from."""
    frameworks = sorted(Framework.objects.live(), key=lambda one: (one.pk != framework.pk, one.name))
    found: dict[tuple[str, str], dict[str, Tool]] = {}
    for one in frameworks:
        newest = one.versions.first()
        if newest is not None:
            found[str(one.pk), one.name] = _by_name(newest.content["tools"])
    return {**found, (LIBRARY, "Ready-made tools"): _by_name(ready_made(TOOLS))}


def _by_name(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    return dict(sorted(tools.items(), key=lambda one: one[1]["name"]))
