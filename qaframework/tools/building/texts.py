"""Text fields of the builder, and lists of words that keep their keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from qaframework.tools.building.content import Part
from qaframework.tools.building.kinds import IN_COLUMNS, kind_choices
from qaframework.tools.definition import QuestionType

SPARE_LINES = 3
MOST_LINES = 60
MOST_COLUMNS = 6
MOST_TOPICS = 5
SHORTEST_TOPIC, LONGEST_TOPIC = 2, 40
# What neither a pack's file nor a workbook can hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Words(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> str:
        return UNWRITABLE.sub("", " ".join((super().to_python(value) or "").split()))


class Paragraphs(forms.CharField):
    """Text of several lines; browsers' carriage returns count for nothing."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        return UNWRITABLE.sub("", super().to_python(text) or "")


class TextLines(Paragraphs):
    """A list of texts, one on each line."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).split("\n") if line.strip()]
        for number, line in enumerate(lines, 1):
            if len(line) > self.longest:
                raise ValidationError(
                    f"Line {number} has {len(line)} characters. Shorten it to {self.longest} or fewer."
                )
        return lines


class Topics(Words):
    """A few topics with commas between them, each once whatever its capitals, as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        said = [" ".join(one.split()) for one in super().clean(value).split(",")]
        topics: dict[str, str] = {}
        for one in filter(None, said):
            topics.setdefault(one.casefold(), one)
        if len(topics) > MOST_TOPICS:
            raise ValidationError(f"These are {len(topics)} topics. Give {MOST_TOPICS} or fewer.")
        for topic in topics.values():
            if not SHORTEST_TOPIC <= len(topic) <= LONGEST_TOPIC:
                raise ValidationError(
                    f"“{topic}” has {len(topic)} characters. A topic has {SHORTEST_TOPIC} to {LONGEST_TOPIC}."
                )
        return [*topics.values()]


@dataclass(frozen=True)
class Line:
    """One line of a list as the page draws it; ``more`` are fields of its own below its words."""

    words: forms.BoundField
    place: forms.BoundField
    key: forms.BoundField
    more: tuple[forms.BoundField, ...] = ()


class KeyedLines:
    """A list of words in a form, such as the choices of a question: a text, a place and a key for each.

    Lines that were there keep their keys whatever they say now. An emptied line goes, and places put the
    rest in order. Without scripts there are always a few spare lines, and more after saving. ``word`` is what
    the pack's file calls the words of a line.
    """

    word = "text"
    most = MOST_LINES

    def __init__(
        self, form: forms.Form, parts: Sequence[Part], *, name: str, what: str, longest: int
    ) -> None:
        self.form, self.parts, self.name, self.what = form, {one["key"]: one for one in parts}, name, what
        self.limit = max(self.most, len(parts))
        self.count = min(max(len(parts) + SPARE_LINES, self._lines_sent()), self.limit)
        for number in range(self.count):
            self._add(number, parts[number] if number < len(parts) else {}, longest)

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                words=self.form[f"{self.name}_{number}"],
                place=self.form[f"place_{number}"],
                key=self.form[f"key_{number}"],
                more=tuple(self.form[name] for name in self._more(number)),
            )
            for number in range(self.count)
        ]

    def parts_entered(self) -> list[Part]:
        """The lines in their order, those that are new without a key. The form's fields must be valid."""
        said = self.form.cleaned_data
        entered = []
        for number in range(self.count):
            if words := said.get(f"{self.name}_{number}"):
                known = self.parts.get(str(said.get(f"key_{number}")), {})
                place = said.get(f"place_{number}") or number + 1
                # A line that was given another's place comes before it.
                entered.append((place, place == number + 1, number, self._part(number, known, words)))
        return [part for *_, part in sorted(entered, key=lambda one: one[:3])]

    def check(self) -> None:
        """Say which lines are there twice."""
        seen: dict[str, int] = {}
        for number in range(self.count):
            words = self.form.cleaned_data.get(f"{self.name}_{number}") or ""
            first = seen.setdefault(words.casefold(), number)
            if words and first != number:
                self.form.add_error(f"{self.name}_{number}", f"“{words}” is there twice. Word them apart.")

    def _part(self, number: int, known: Part, words: str) -> Part:
        return {**known, self.word: words}

    def _more(self, number: int) -> list[str]:
        return []

    def _add(self, number: int, part: Mapping[str, Any], longest: int) -> None:
        title = f"{self.what} {number + 1}"
        self.form.fields[f"{self.name}_{number}"] = Words(
            label=title, max_length=longest, required=False, initial=part.get(self.word, "")
        )
        self.form.fields[f"place_{number}"] = forms.IntegerField(
            label=f"Place of {title.lower()}",
            min_value=1,
            max_value=self.limit,
            required=False,
            initial=number + 1,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-2"}),
        )
        self.form.fields[f"key_{number}"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=part.get("key", "")
        )

    def _lines_sent(self) -> int:
        numbers = [name.removeprefix(f"{self.name}_") for name in self.form.data]
        return max((int(one) + 1 for one in numbers if one.isdecimal() and len(one) < 4), default=0)


class Choices(KeyedLines):
    """The choices of a question."""

    word = "label"

    def __init__(self, form: forms.Form, parts: Sequence[Part]) -> None:
        super().__init__(form, parts, name="choice", what="Choice", longest=120)


class Columns(KeyedLines):
    """What a question with rows asks in each of them: words, a kind, and choices for a kind that has some."""

    most = MOST_COLUMNS

    def __init__(self, form: forms.Form, parts: Sequence[Part]) -> None:
        super().__init__(form, parts, name="column", what="Column", longest=120)

    def check(self) -> None:
        super().check()
        for number in range(self.count):
            said = [self.form.cleaned_data.get(f"{name}_{number}") for name in ("column", "kind", "choices")]
            if said[0] and said[1] == QuestionType.PICK_ONE and len(said[2] or ()) < 2:
                self.form.add_error(f"choices_{number}", "Give at least two choices, one on each line.")

    def _part(self, number: int, known: Part, words: str) -> Part:
        said = self.form.cleaned_data
        part = {**super()._part(number, known, words), "type": said[f"kind_{number}"]}
        part.pop("options", None)
        if part["type"] == QuestionType.PICK_ONE:
            keys = {one["label"]: one["key"] for one in known.get("options", ())}
            part["options"] = [
                {"key": keys.get(label, ""), "label": label} for label in said[f"choices_{number}"]
            ]
        return part

    def _more(self, number: int) -> list[str]:
        return [f"kind_{number}", f"choices_{number}"]

    def _add(self, number: int, part: Mapping[str, Any], longest: int) -> None:
        super()._add(number, part, longest)
        title = f"{self.what} {number + 1}".lower()
        self.form.fields[f"kind_{number}"] = forms.ChoiceField(
            label=f"Kind of answer of {title}",
            choices=kind_choices(IN_COLUMNS),
            initial=part.get("type", QuestionType.SHORT_TEXT.value),
        )
        self.form.fields[f"choices_{number}"] = TextLines(
            label=f"Choices of {title}",
            help_text="Only for one choice from a list, one on each line.",
            rows=2,
            longest=120,
            initial=[one["label"] for one in part.get("options", ())],
        )
