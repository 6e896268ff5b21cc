"""What the quality assurance team types about a tool, its sections and its questions."""

from collections.abc import Mapping
from typing import Any

from django import forms

from qaframework.people.forms import offer
from qaframework.rules.grades import OverallRule
from qaframework.tools.building.content import Part, Tool, mark_of, sections_of
from qaframework.tools.building.kinds import BOUNDED, CHOOSES, FREE_TEXTS, SIGNERS, kind_choices
from qaframework.tools.building.texts import (
    Choices,
    Columns,
    KeyedLines,
    Paragraphs,
    TextLines,
    Topics,
    Words,
)
from qaframework.tools.building.workflow import heading_of, particulars_of
from qaframework.tools.definition import MOST_ROWS, OWNER, QuestionType

RULES = {
    OverallRule.AUDITOR_JUDGES: "Nothing: the auditor judges",
    OverallRule.LOWEST_OF: "The lowest of the grades that limit it",
    OverallRule.CAP: "The middle grade, held down by those that limit it",
    OverallRule.MEDIAN: "The middle grade",
}
GATHERED = {
    "": "No",
    "training_need": "Yes, with what people need to learn",
    "team_improvement": "Yes, with what a team can do better",
}
GATHERED_TEXT = {**GATHERED, "good_practice": "Yes, with good practice that others should hear about"}
LARGEST = 1_000_000
SETTINGS = ("text", "hint", "required", "prompts", "minimum", "maximum", "gathers", "themes", "by")


class PartForm(forms.Form):
    """A part of a draft. ``read`` is the mark of the part as it was on the page."""

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, part: Any, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"read": mark_of(part), **initial})

    def go_on_from(self, part: Any) -> None:
        """Take what somebody else made of the part as read, and keep what this person typed."""
        self.data = {**self.data.dict(), "read": mark_of(part)}  # type: ignore[attr-defined]


class ParticularsForm(PartForm):
    """What the whole tool says of itself."""

    mark_optional = False  # a draft may say nothing of what it needs to be published

    name = Words(label="What is it called?", max_length=120)
    purpose = Paragraphs(label="What is it for?", max_length=2000, rows=3, required=False)
    minutes = forms.IntegerField(
        label="How many minutes does it usually take?", min_value=1, max_value=1000, required=False
    )
    grade_scheme = forms.ChoiceField(label="On which scale is it graded?", required=False)
    overall = forms.BooleanField(label="There is an overall grade", required=False)
    rule = forms.ChoiceField(label="What do the grades of the sections suggest for it?", required=False)
    row_label = Words(
        label="What is each row about?",
        help_text="Only when all questions are answered once for each of several children or records. Write "
        "what a row is, such as Child. Otherwise leave it empty.",
        max_length=40,
        required=False,
    )
    fewest_rows = forms.IntegerField(
        label="How many rows at least?",
        help_text="0 when the program draws them, because it may find none.",
        min_value=0,
        max_value=50,
        required=False,
    )
    most_rows = forms.IntegerField(label="How many rows at most?", min_value=1, max_value=50, required=False)

    def __init__(self, data: Any, *, tool: Tool, schemes: list[Part]) -> None:
        self.tool = tool
        rows, overall = tool.get("rows") or {}, tool.get("overall") or {}
        super().__init__(
            data,
            part=particulars_of(tool),
            initial={
                "name": tool["name"],
                "purpose": tool.get("purpose", ""),
                "minutes": tool.get("minutes"),
                "grade_scheme": tool.get("grade_scheme") or "",
                "overall": overall.get("graded", False),
                "rule": overall.get("rule", OverallRule.AUDITOR_JUDGES),
                "row_label": rows.get("label", ""),
                "fewest_rows": rows.get("minimum"),
                "most_rows": rows.get("maximum"),
            },
        )
        scales = [(one["key"], one["label"]) for one in schemes]
        offer(self, "grade_scheme", [("", "It has no grades"), *scales])
        offer(self, "rule", [(rule.value, words) for rule, words in RULES.items()])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        fewest, most = said.get("fewest_rows"), said.get("most_rows")
        if said.get("row_label"):
            for name, number in (("fewest_rows", fewest), ("most_rows", most)):
                if number is None and name not in self.errors:
                    self.add_error(name, "Say how many, such as 5.")
        if fewest is not None and most is not None and fewest > most:
            self.add_error("most_rows", f"This is fewer than the least number, {fewest}.")
        return said

    def values(self) -> Part:
        """The particulars as the pack's file writes them. The form must be valid."""
        said = self.cleaned_data
        graded = {"graded": True, "rule": said["rule"] or OverallRule.AUDITOR_JUDGES.value}
        rows = {
            **(self.tool.get("rows") or {}),
            "label": said["row_label"],
            "minimum": said["fewest_rows"],
            "maximum": said["most_rows"],
        }
        ungraded = self.tool.get("overall") if not (self.tool.get("overall") or {}).get("graded") else None
        return {
            "name": said["name"],
            "purpose": said["purpose"],
            "minutes": said["minutes"],
            "grade_scheme": said["grade_scheme"] or None,
            "overall": graded if said["overall"] else ungraded,
            "rows": rows if said["row_label"] else None,
        }


class EssentialsForm(PartForm):
    """What is expected before work can be good or better."""

    def __init__(self, data: Any, *, tool: Tool) -> None:
        essentials = tool.get("indicators", [])
        super().__init__(data, part=essentials, initial={})
        self.lines = KeyedLines(self, essentials, name="essential", what="Essential", longest=300)

    def clean(self) -> dict[str, Any]:
        self.lines.check()
        return super().clean() or {}


class SectionForm(PartForm):
    """A section's own words and grade."""

    title = Words(label="What is its heading?", max_length=120)
    guidance = Paragraphs(
        label="What does good look like?",
        help_text="Stands beside the questions. An empty line starts a new paragraph.",
        max_length=6000,
        rows=8,
        required=False,
    )
    graded = forms.BooleanField(label="It gets a grade of its own", required=False)
    limiting = forms.BooleanField(
        label="Its grade limits the overall grade",
        help_text="Where the sections suggest the lowest grade, or the middle one held down.",
        required=False,
    )

    def __init__(self, data: Any, *, section: Part | None = None) -> None:
        written = section or {}
        names = ("title", "guidance", "graded", "limiting")
        super().__init__(
            data, part=heading_of(written), initial={name: written[name] for name in names if name in written}
        )

    def values(self) -> Part:
        return {name: self.cleaned_data[name] for name in ("title", "guidance", "graded", "limiting")}


class KindForm(PartForm):
    """The kind of answer."""

    type = forms.ChoiceField(label="What kind of answer does it take?", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, question: Part) -> None:
        super().__init__(data, part=question, initial={"type": question.get("type")})
        offer(self, "type", kind_choices())


class NewQuestionForm(forms.Form):
    """A question's words and kind; the rest is asked when the kind is known."""

    text = Words(
        label="What is the question?",
        help_text="Figures compare answers across versions by a key, which is made from these words now. You "
        "can word the question better later; the key stays.",
        max_length=400,
    )
    type = forms.ChoiceField(label="What kind of answer does it take?", widget=forms.RadioSelect)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        offer(self, "type", kind_choices())


class QuestionForm(PartForm):
    """A question of a known kind: what can be said of every question, and what its kind needs."""

    text = Words(
        label="What is the question?",
        help_text="Better words for the same question keep figures comparable. For another question "
        "add a new one and remove this one.",
        max_length=400,
    )
    hint = Paragraphs(label="Hint", help_text="One or two sentences.", max_length=600, rows=2, required=False)
    required = forms.BooleanField(label="It must be answered", required=False)
    prompts = TextLines(
        label="Prompts", help_text="What to ask or look for, one on each line.", rows=4, longest=400
    )

    def __init__(self, data: Any, *, question: Part, section: Part, tool: Tool, lists: list[str]) -> None:
        self.question, self.kind, self.has_rows = question, question["type"], bool(tool.get("rows"))
        super().__init__(data, part=question, initial=_initial(question, section))
        self.lines: KeyedLines | None = None
        if self.kind in CHOOSES:
            self._add_choices(lists)
        if self.kind == QuestionType.ROWS:
            self.lines = Columns(self, question.get("columns") or [])
            self.fields["maximum"] = forms.IntegerField(
                label="How many rows at most?", min_value=1, max_value=MOST_ROWS, required=False
            )
        if self.kind in BOUNDED:
            self._add_bounds()
        if self.kind == QuestionType.SIGN_OFF:
            self._add_signer()
        if self.kind == QuestionType.SCALE:
            self.fields["anchors"] = TextLines(
                label="What do points of the scale mean?",
                help_text="One on each line, such as 0: Not at all",
                rows=4,
                longest=210,
            )
        if not self.has_rows:
            self.fields["gathers"] = forms.ChoiceField(
                label="Are its answers gathered?",
                help_text="What people need to learn and teams can do better is gathered from observations. "
                "Good practice that audits find is offered to the library.",
                choices=[*(GATHERED_TEXT if self.kind in FREE_TEXTS else GATHERED).items()],
                required=False,
            )
        self.fields["themes"] = Topics(
            label="Which topics is it about?",
            help_text="Up to five with commas between them, such as fathers, voice of the child. The library "
            "of good practice is narrowed by them.",
            required=False,
        )
        self.fields["section"] = forms.ChoiceField(
            label="In which section is it?", choices=[(one["key"], one["title"]) for one in sections_of(tool)]
        )

    def clean_anchors(self) -> dict[str, str]:
        anchors: dict[str, str] = {}
        for line in self.cleaned_data["anchors"]:
            point, _, words = line.partition(":")
            if not point.strip().isdecimal() or len(point.strip()) > 3 or not words.strip():
                raise forms.ValidationError(f"“{line}” is no point with its words, such as 0: Not at all")
            anchors[str(int(point))] = words.strip()
        return anchors

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.lines is not None:
            self.lines.check()
        least, most = said.get("minimum"), said.get("maximum")
        if least is not None and most is not None and least > most:
            self.add_error("maximum", "This is below the least answer.")
        return said

    def values(self) -> Part:
        """The question's settings as the pack's file writes them. The form must be valid."""
        said = self.cleaned_data
        names = (*SETTINGS, "anchors")
        values = {name: whole(said[name]) for name in names if name in self.fields}
        if self.lines is None:
            return values
        entered = self.lines.parts_entered()
        if self.kind == QuestionType.ROWS:
            return {**values, "columns": entered}
        from_list = said.get("options_from") or None
        return {**values, "options_from": from_list, "options": None if from_list else entered}

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """All but the list of choices or columns, which has lines of its own."""
        lines = self.lines.lines if self.lines else []
        lined = {field.name for line in lines for field in (line.words, line.place, line.key, *line.more)}
        return [field for field in self.visible_fields() if field.name not in lined]

    def _add_choices(self, lists: list[str]) -> None:
        self.lines = Choices(self, self.question.get("options") or [])
        if lists or self.question.get("options_from"):
            names = dict.fromkeys([*lists, *filter(None, [self.question.get("options_from")])])
            self.fields["options_from"] = forms.ChoiceField(
                label="Where do its choices come from?",
                choices=[
                    ("", "From the list below"),
                    *((name, f"The framework’s {name.replace('_', ' ')}") for name in names),
                ],
                required=False,
            )

    def _add_signer(self) -> None:
        self.fields["by"] = forms.ChoiceField(
            label="Who signs?",
            help_text="The person it is about reads it and signs it on their own page, once it is handed in. "
            "Nothing waits for that.",
            choices=[*SIGNERS.items()],
            initial=OWNER,
            widget=forms.RadioSelect,
        )

    def clean_by(self) -> str:
        """What is left out of the file means whoever fills in the form."""
        by = self.cleaned_data["by"]
        return "" if by == OWNER and "by" not in self.question else str(by)

    def _add_bounds(self) -> None:
        whole = self.kind == QuestionType.SCALE
        field = forms.IntegerField if whole else forms.FloatField
        for name, label in (("minimum", "Least answer"), ("maximum", "Largest answer")):
            self.fields[name] = field(label=label, required=False, min_value=-LARGEST, max_value=LARGEST)


class ConfirmForm(forms.Form):
    """Nothing but the button."""


def whole(value: Any) -> Any:
    """3, not 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _initial(question: Part, section: Part) -> dict[str, Any]:
    names = (*SETTINGS, "options_from")
    anchors = sorted((question.get("anchors") or {}).items(), key=lambda one: int(one[0]))
    written = {name: question[name] for name in names if name in question}
    return written | {
        "anchors": [f"{point}: {words}" for point, words in anchors],
        "section": section["key"],
    }
