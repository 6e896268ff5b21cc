"""A kind of work of a framework as a form: added, or changed, in the browser."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from qaframework.packs.documents import LARGEST_PACK, DocumentInvalid, read_document
from qaframework.packs.forms import NewVersionForm
from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.reading import Content
from qaframework.packs.wording import IN_SOME_MONTHS, KINDS, sentence
from qaframework.rules.deadlines import Offset, Unit

OWN_FILE = "a_file_of_ones_own"
MONTH, QUARTER, AFTER = "month", "quarter", "after"
NOT_DRAWN = "not_drawn"
CASE_AUDIT, DIP_SAMPLE = "case_audit", "dip_sample"
LONGEST_KEY = 40
# What is asked of a draw unless the framework says otherwise.
USUAL_DRAW = {"reserve_share": 0.2, "one_per_family": True}


class OffsetField(forms.CharField):
    """A length of time in days or more, such as “4 weeks”."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20, **kwargs)
        self.widget.attrs |= {"class": "govuk-input--width-10"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            offset = Offset.parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if offset.unit is Unit.HOURS:
            raise ValidationError("Hours do not lead to a day. Give days, working days, weeks or months.")
        return str(offset)


class ActivityForm(NewVersionForm):
    """What can be said of an activity here; all else that its pack says of it stays as it is."""

    label = forms.CharField(
        label="What is it called?", max_length=80, error_messages={"required": "Say what it is called."}
    )
    # When a review of one case falls due can only be said in the pack itself.
    kind = forms.ChoiceField(
        label="What kind of work is it?",
        choices=[(key, words) for key, words in KINDS.items() if key != "case_review"],
    )
    tool = forms.ChoiceField(label="On which form is it done?")
    file = forms.FileField(
        label="A form of your own",
        help_text="For “A file of your own” above: a YAML file, as in the tools folder of a pack.",
        required=False,
    )
    other_tools = forms.MultipleChoiceField(
        label="On which other forms can it be done instead?",
        help_text="Only for a dip sample. Whoever does it chooses the form that fits its theme, before the "
        "first answer. Choose none if it is always done on the form above.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    started_by = forms.MultipleChoiceField(
        label="Who may start one without owing it?",
        help_text="They find it under My work. Not for audits of cases, which are drawn. Choose none if it "
        "is done only by those who owe it.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    due = forms.ChoiceField(
        label="When is it due?",
        choices=[
            (MONTH, "At the end of its month"),
            (QUARTER, "At the end of its quarter"),
            (AFTER, "Some time after it is given out"),
        ],
        widget=forms.RadioSelect,
    )
    deadline = OffsetField(
        label="How long after it is given out?", help_text="Such as 4 weeks or 10 working days."
    )
    mode = forms.ChoiceField(
        label="How is it held?",
        choices=[("any", "As people agree"), ("in_person", "In person; anything else needs a reason")],
        widget=forms.RadioSelect,
    )
    pool = forms.ChoiceField(
        label="Are its cases drawn at random?",
        choices=[
            (NOT_DRAWN, "No"),
            ("function", "Yes, from the auditor’s own function"),
            ("authority", "Yes, from all parts of the framework"),
        ],
        widget=forms.RadioSelect,
    )
    lead_time = OffsetField(
        label="How far ahead are they drawn?",
        help_text="Only for work that is drawn, such as 1 month. Empty: as its month begins.",
    )
    exclude_audited_within = OffsetField(
        label="How long is a case left out after an audit?",
        help_text="Only for work that is drawn, such as 12 months.",
    )
    open_at_least = OffsetField(
        label="How long must a case have been open?",
        help_text="Only for work that is drawn, such as 6 weeks, or 0 days.",
    )
    independence = forms.ChoiceField(
        label="Whose cases may an auditor be given?",
        help_text="Nobody is given a case of their own or of a worker they manage.",
    )
    ladder = forms.ChoiceField(label="Who is told when it is late?")
    decided_by = forms.ChoiceField(label="Who may give more time?", required=False)
    about = forms.CharField(
        label="What should people know about it?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    clauses = forms.RegexField(
        r"^\s*(?:[A-Z]{2,6}-[0-9]{2}(?:\s*,\s*|\s*$))*$",
        label="Which clauses of the framework does it carry out?",
        help_text="Their ids with commas between them, such as QA-03, QA-04.",
        required=False,
        error_messages={"invalid": "Write the ids with commas between them, such as QA-03, QA-04."},
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, activity: Mapping[str, Any] | None, **kwargs: Any
    ) -> None:
        self.activity = activity or {}
        super().__init__(data, files, **kwargs, **_initial(self.activity))
        self.content: Content = self.version.content
        self.fields["tool"].choices = self._tools()  # type: ignore[attr-defined]
        ladders = [(key, notes.label) for key, notes in self.pack.ladder_notes.items()]
        self.fields["ladder"].choices = ladders  # type: ignore[attr-defined]
        rules = [(key, sentence(words)) for key, words in IN_SOME_MONTHS.items() if key in self._rules()]
        self.fields["independence"].choices = rules  # type: ignore[attr-defined]
        roles = [("", "Nobody"), *self.pack.roles.items()]
        self.fields["decided_by"].choices = roles  # type: ignore[attr-defined]
        self.fields["started_by"].choices = [*self.pack.roles.items()]  # type: ignore[attr-defined]
        with_rows = [(key, tool["name"]) for key, tool in self._all_tools().items() if _has_rows(tool)]
        self.fields["other_tools"].choices = with_rows  # type: ignore[attr-defined]
        if self.activity:
            self._leave_out_needless()
        self._asked_last()

    def _leave_out_needless(self) -> None:
        """Ask of work that is there only what can be said of its kind; it was done as what it is."""
        del self.fields["kind"]
        if self.activity["kind"] != DIP_SAMPLE or self.activity.get("sample"):
            del self.fields["other_tools"]
        if self.activity["kind"] == CASE_AUDIT or self.activity.get("is_dated_later"):
            del self.fields["started_by"]

    def _all_tools(self) -> dict[str, Any]:
        """The forms of the framework, and the ready-made ones that it does not have."""
        return {**ready_made(TOOLS), **self.content["tools"]}

    def _rules(self) -> set[str]:
        """Rules of independence to choose from: of two that mean the same the one that is written already."""
        spare = "none" if self.activity.get("independence") == "not_own_case" else "not_own_case"
        return IN_SOME_MONTHS.keys() - {spare}

    def _tools(self) -> list[tuple[str, Any]]:
        own = self.content["tools"]
        more = {key: tool for key, tool in ready_made(TOOLS).items() if key not in own}
        return [
            ("Forms of this framework", [(key, tool["name"]) for key, tool in own.items()]),
            ("Ready-made forms", [(key, tool["name"]) for key, tool in more.items()]),
            ("Another form", [(OWN_FILE, "A file of your own")]),
        ]

    def clean_file(self) -> dict[str, Any] | None:
        """The tool in the file. What is wrong inside it is said when the version is checked."""
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size > LARGEST_PACK:
            raise ValidationError(f"“{file.name}” is larger than {LARGEST_PACK // 1_000_000} MB.")
        try:
            tool, repeated = read_document(file.read())
        except DocumentInvalid as invalid:
            place = f"{invalid.place}: " if invalid.place else ""
            raise ValidationError(f"{place}{invalid.problem} {invalid.allowed}") from invalid
        if repeated:
            line, key = repeated[0]
            raise ValidationError(f"line {line}: “{key}” stands there a second time. Each name once.")
        if not isinstance(tool, dict) or not isinstance(tool.get("key"), str):
            raise ValidationError("The file has no key. A form’s file begins with its key and its name.")
        if tool["key"] in self.content["tools"]:
            raise ValidationError(
                f"This framework has a form “{tool['key']}” already. Give yours another key."
            )
        return tool

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("tool") == OWN_FILE and not cleaned.get("file") and not self.errors.get("file"):
            self.add_error("file", "Choose the file.")
        if cleaned.get("due") == AFTER and not cleaned.get("deadline") and not self.errors.get("deadline"):
            self.add_error("deadline", "Say how long after it is given out, such as 4 weeks.")
        if cleaned.get("pool") not in (None, NOT_DRAWN):
            for name in ("exclude_audited_within", "open_at_least"):
                if not cleaned.get(name) and not self.errors.get(name):
                    self.add_error(name, "A draw needs to know this. Give 0 days where it does not matter.")
        kind = self.activity.get("kind") or cleaned.get("kind")
        if cleaned.get("other_tools") and kind != DIP_SAMPLE:
            self.add_error("other_tools", "Only a dip sample has forms to choose from. Choose none.")
        if cleaned.get("other_tools") and cleaned.get("tool") in cleaned["other_tools"]:
            self.add_error("other_tools", "One of these is the form above already. Leave it out.")
        if cleaned.get("started_by") and kind == CASE_AUDIT:
            self.add_error("started_by", "Nobody starts an audit of a case: cases are drawn. Choose none.")
        if not self.activity and cleaned.get("label") and self.key in self.pack.activities:
            self.add_error("label", "This framework has such an activity already: change that one.")
        return cleaned

    @property
    def key(self) -> str:
        """The activity's key; of a new one, made from its label."""
        if self.activity:
            return str(self.activity["key"])
        made = re.sub(r"[^a-z0-9]+", "_", self.cleaned_data["label"].lower()).strip("_")
        return (made if made[:1].isalpha() else f"work_{made}")[:LONGEST_KEY].strip("_")

    def new_content(self) -> Content:
        """The newest version's content with the activity as entered, and its form. The form must be valid."""
        tools = {**self.content["tools"], **self._new_tool()}
        key = self.cleaned_data["tool"]
        if key == OWN_FILE:
            key = self.cleaned_data["file"]["key"]
        entry = self._entry(key, tools[key].get("grade_scheme"))
        rules = self.content["framework"]
        activities = [entry if one["key"] == entry["key"] else one for one in rules["activities"]]
        if not self.activity:
            activities.append(entry)
        return {"framework": {**rules, "activities": activities}, "tools": tools}

    def _new_tool(self) -> dict[str, Any]:
        key, others = self.cleaned_data["tool"], self.cleaned_data.get("other_tools", [])
        own = [self.cleaned_data["file"]] if key == OWN_FILE else []
        known = self._all_tools()
        chosen = [one for one in (key, *others) if one != OWN_FILE and one not in self.content["tools"]]
        return {one: known[one] for one in chosen} | {tool["key"]: tool for tool in own}

    def _entry(self, tool: str, grade_scheme: str | None) -> dict[str, Any]:
        said = self.cleaned_data
        entry = dict(self.activity) or {"key": self.key, "label": "", "kind": said["kind"]}
        is_drawn = said["pool"] != NOT_DRAWN
        values = {
            "label": (said["label"], None),
            "tool": (tool, None),
            "grade_scheme": (grade_scheme, None),
            "mode": (said["mode"], "any"),
            "due_by": (said["due"] if said["due"] != AFTER else entry.get("due_by", MONTH), MONTH),
            "deadline": (said["deadline"] if said["due"] == AFTER else None, None),
            "lead_time": (said["lead_time"] if is_drawn else None, None),
            "independence": (said["independence"], "none"),
            "draw": (self._draw() if is_drawn else None, None),
            "ladder": (said["ladder"], None),
            "extension": (self._extension(), None),
            "note": (said["about"].replace("\r\n", "\n"), None),
            "clauses": (re.findall(r"[A-Z]+-[0-9]+", said["clauses"]), None),
        }
        for name in ("other_tools", "started_by"):
            if name in self.fields:
                values[name] = (_in_order(said[name], entry.get(name, ())), None)
        for name, (value, usual) in values.items():
            _put(entry, name, value or None, usual)
        return entry

    def _draw(self) -> dict[str, Any]:
        asked = ("pool", "exclude_audited_within", "open_at_least")
        return (
            USUAL_DRAW | (self.activity.get("draw") or {}) | {name: self.cleaned_data[name] for name in asked}
        )

    def _extension(self) -> dict[str, Any] | None:
        decided_by = self.cleaned_data["decided_by"]
        if not decided_by:
            return None
        return {
            "only_before_deadline": True,
            **(self.activity.get("extension") or {}),
            "decided_by": decided_by,
        }


def _has_rows(tool: Mapping[str, Any]) -> bool:
    return bool((tool.get("rows") or {}).get("minimum"))


def _in_order(chosen: Sequence[str], written: Sequence[str]) -> list[str]:
    """What was chosen, first what is written already, in the order in which it is written."""
    return [*(one for one in written if one in chosen), *(one for one in chosen if one not in written)]


def _put(entry: dict[str, Any], name: str, value: Any, usual: Any) -> None:
    """Write a value that differs; what means the same, such as a value that is left out, stays as written."""
    if (entry.get(name) or usual) == (value or usual):
        return
    if value is None or value == usual:
        entry.pop(name, None)
    else:
        entry[name] = value


def _initial(activity: Mapping[str, Any]) -> dict[str, Any]:
    draw, extension = activity.get("draw") or {}, activity.get("extension") or {}
    if not activity:
        return {
            "due": MONTH,
            "mode": "any",
            "pool": NOT_DRAWN,
            "exclude_audited_within": "12 months",
            "open_at_least": "6 weeks",
        }
    return {
        "label": activity["label"],
        "tool": activity["tool"],
        "other_tools": activity.get("other_tools", []),
        "started_by": activity.get("started_by", []),
        "due": AFTER if activity.get("deadline") else activity.get("due_by", MONTH),
        "deadline": activity.get("deadline") or "",
        "mode": activity.get("mode", "any"),
        "pool": draw.get("pool", NOT_DRAWN),
        "lead_time": activity.get("lead_time") or "",
        "exclude_audited_within": draw.get("exclude_audited_within", ""),
        "open_at_least": draw.get("open_at_least", ""),
        "independence": activity.get("independence", "none"),
        "ladder": activity["ladder"],
        "decided_by": extension.get("decided_by", ""),
        "about": activity.get("note", ""),
        "clauses": ", ".join(activity.get("clauses", ())),
    }
