"""The page of one section as a form."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, TemplateNameMixin
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from qaframework.packs.definition import PackGradeScheme
from qaframework.people.access import local_today
from qaframework.people.directory import colleagues
from qaframework.people.templatetags.page import uk_date
from qaframework.tools.asking import answer_key, is_asked
from qaframework.tools.conditions import Condition, is_blank
from qaframework.tools.definition import (
    ROW_REFERENCE,
    Option,
    Question,
    QuestionType,
    Section,
    ToolDefinition,
    row_key,
    split_row_key,
)
from qaframework.tools.models import Answer, AnswerSet
from qaframework.tools.parsing import parse_value
from qaframework.tools.reading import answers_of, latest_signature, row_count, values_of
from qaframework.tools.values import AnswerInvalid, Value, as_sent, text_of
from qaframework.tools.widgets import widget_for, widget_in_row
from qaframework.tools.wording import conditions_in_words

VERSION_PREFIX = "version__"
KEEP_PREFIX = "keep__"
THEIRS = "theirs"
FEWEST_ROWS = 3


class AnswerField(forms.Field):
    """One answer, or one of its three boxes. Nothing is required while a form is being filled in."""

    def __init__(self, question: Question, **kwargs: Any) -> None:
        self.question = question
        super().__init__(required=False, label=question.text, **kwargs)

    def clean(self, value: Any) -> Value:
        try:
            return parse_value(self.question, value)
        except AnswerInvalid as invalid:
            raise ValidationError(invalid.message) from None


@dataclass(frozen=True)
class Item:
    """A question as the page draws it: its fields (several for an answer with parts) and the version that
    was read.

    ``asked_if`` says for the page's script when it is shown, by answers on the same page (JSON, "" for
    always), ``is_asked`` whether that is so now. ``asked_when`` and ``needed_when`` say in words when it is
    asked and when it must be answered. ``standing`` is who has signed, or who will. ``next_row`` are the
    fields of one more row, which the page's script can add.
    """

    key: str
    question: Question
    fields: Sequence[forms.BoundField]
    version: int
    asked_if: str = ""
    is_asked: bool = True
    asked_when: str = ""
    needed_when: str = ""
    standing: str = ""
    row: int = 0
    row_title: str = ""
    next_row: Sequence[forms.BoundField] = ()

    @property
    def field(self) -> forms.BoundField:
        return self.fields[0]

    @property
    def is_about_actions(self) -> bool:
        return self.question.type is QuestionType.ACTIONS

    @property
    def is_signed_by_worker(self) -> bool:
        return self.question.is_signed_by_worker

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """Of an answer in rows: the fields of each row."""
        columns = len(self.question.columns)
        return [
            list(self.fields[start : start + columns]) for start in range(0, len(self.fields), columns or 1)
        ]

    @property
    def version_name(self) -> str:
        return f"{VERSION_PREFIX}{self.key}"

    @property
    def descriptors(self) -> list[Option]:
        return [option for option in self.question.options if option.descriptor]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


class SectionForm(forms.Form):
    """One section of an answer set as a form. Bound, ``answers`` holds the valid answers by key.

    ``scheme`` is the grade scheme whose words the grades show, normally the tool's own
    (``definition.scheme``). ``save_url`` is where a single answer is saved as it is typed; each field gets
    it with the answer's key. ``rows`` asks for more rows than are in use, up to the tool's largest number.
    ``is_inactive`` makes a page that can only be looked at. ``row_links`` are addresses by what a row is
    about, where that was given. ``actions_url`` is the page on which actions are agreed, ``signer`` the name
    of the person whom the work is about.
    """

    mark_optional = False  # the questions themselves say which are needed

    def __init__(
        self,
        answer_set: AnswerSet,
        section: Section,
        scheme: PackGradeScheme | None,
        *,
        data: QueryDict | None = None,
        save_url: str = "",
        stored: Mapping[str, Answer] | None = None,
        rows: int = 0,
        is_inactive: bool = False,
        row_links: Mapping[str, str] | None = None,
        actions_url: str = "",
        signer: str = "",
    ) -> None:
        super().__init__(data)
        self.actions_url, self.signer = actions_url, signer
        self.answer_set, self.section, self.scheme = answer_set, section, scheme
        self.definition: ToolDefinition = answer_set.tool_version.definition
        self.save_url, self.is_inactive, self.row_links = save_url, is_inactive, row_links or {}
        self.stored = answers_of(answer_set) if stored is None else stored
        self.asked = values_of(answer_set, self.stored)
        self.row_count = self._row_count(rows)
        self.keys = self._keys()
        self.spare_keys = self._spare_keys()
        self.versions = {key: self._version(key) for key in [*self.keys, *self.spare_keys]}
        for key in self.versions:
            self._add(key)
        self.answers: dict[str, Value] = {}

    # What the page draws

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = "post"
        helper.form_tag = not self.is_inactive
        helper.disable_csrf = self.is_inactive
        helper.attrs = {"data-no-draft": ""}
        helper.layout = Layout(SectionLayout())
        return helper

    @property
    def items(self) -> list[Item]:
        """The questions that are answered once, in order, the section's grade last."""
        return [self._item(key) for key in self.keys if not split_row_key(key)[1]]

    @property
    def row_items(self) -> list[list[Item]]:
        """Of a tool with rows: the questions of each row."""
        rows = self.definition.rows
        if rows is None:
            return []
        by_row: dict[int, list[Item]] = {row: [] for row in range(1, self.row_count + 1)}
        for key in self.keys:
            if row := split_row_key(key)[1]:
                by_row[row].append(replace(self._item(key), row=row, row_title=self._row_title(row)))
        return list(by_row.values())

    @property
    def next_row(self) -> list[Item]:
        """Of a tool with rows: the questions of one more row, which the page's script can add."""
        row = self.row_count + 1
        return [replace(self._item(key), row=row, row_title=self._row_title(row)) for key in self.spare_keys]

    @property
    def can_add_row(self) -> bool:
        rows = self.definition.rows
        return rows is not None and not self.has_given_rows and self.row_count < rows.maximum

    @property
    def has_given_rows(self) -> bool:
        """Whether nobody chooses what its rows are about."""
        return self.answer_set.given_rows is not None

    @property
    def linked_rows(self) -> list[tuple[str, list[Item]]]:
        """The rows, each with the address of what it is about, where there is one."""
        return [(self.row_links.get(items[0].row_title, ""), items) for items in self.row_items]

    # What was sent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in self.keys:
            names = self.names(key)
            is_sent = VERSION_PREFIX + key in self.data and bool(names)
            if not is_sent or any(name not in cleaned for name in names):
                continue
            self.answers[key] = self._joined(key, [cleaned[name] for name in names])
        return cleaned

    def changed_answers(self) -> dict[str, Value]:
        """The valid answers that differ from what the person had read, by key.

        Without those for which the person chose to keep somebody else's.
        """
        return {
            key: value
            for key, value in self.answers.items()
            if self.data.get(KEEP_PREFIX + key) != THEIRS and self._is_changed(key, value)
        }

    def mark_saved(self, answer: Answer) -> None:
        """Go on from the version that was just saved, when the page is shown again."""
        key = answer.question_key
        self.versions[key] = answer.version
        if self.save_url:
            for name in self.names(key):
                self.fields[name].widget.attrs.update(self._attrs(key))

    def _is_changed(self, key: str, value: Value) -> bool:
        stored = self.stored.get(key)
        read = self.versions[key]
        if stored is None or stored.version == read:
            stands = as_sent(self.definition.question(key), stored.value) if stored else ""
            return as_sent(self.definition.question(key), value) != stands and not (
                stored is None and is_blank(value)
            )
        if read == 0:
            return not is_blank(value)
        # Somebody saved in between: only an answer that this person touched can be in conflict.
        return value not in stored.history.filter(version=read).values_list("value", flat=True)

    def _joined(self, key: str, values: list[Value]) -> Value:
        question = self.definition.question(key)
        if not question.has_parts:
            return values[0]
        parts = dict(zip((part for part, _ in self._parts(key)), values, strict=True))
        return parse_value(question, parts)

    # Fields

    def _version(self, key: str) -> int:
        """The version the person had before them; 0 when there was no answer or the number is damaged."""
        if not self.is_bound:
            return self.stored[key].version if key in self.stored else 0
        sent = str(self.data.get(VERSION_PREFIX + key, ""))
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0

    def _keys(self) -> list[str]:
        keys = self.definition.answer_keys(self.section, self.row_count)
        if self.has_given_rows:
            keys = [key for key in keys if split_row_key(key)[0] != ROW_REFERENCE]
        return keys if self.is_inactive else [key for key in keys if self._may_be_asked(key, keys)]

    def _spare_keys(self) -> list[str]:
        """The answers of the row that could be added."""
        if self.is_inactive or not self.can_add_row:
            return []
        row = self.row_count + 1
        keys = [row_key(key, row) for key in self.definition.row_keys(self.section)]
        return [key for key in keys if self._may_be_asked(key, keys)]

    def _may_be_asked(self, key: str, keys: Collection[str]) -> bool:
        """Whether nothing that was answered on another page makes the question needless."""
        row = split_row_key(key)[1]
        conditions = self.definition.question(key).shown_if
        elsewhere = [one for one in conditions if answer_key(one.question, row) not in keys]
        return all(one.holds(self.asked.get(answer_key(one.question, row))) for one in elsewhere)

    def _row_title(self, row: int) -> str:
        assert self.definition.rows is not None
        given = self.stored.get(row_key(ROW_REFERENCE, row)) if self.has_given_rows else None
        return given.value if given else self.definition.rows.title(row)

    def _row_count(self, rows: int) -> int:
        if self.definition.rows is None:
            return 0
        if self.answer_set.given_rows is not None:
            return self.answer_set.given_rows
        needed = row_count(self.definition, self.asked)
        least = 1 if self.is_inactive else 0  # the questions are to be seen, whatever is asked for
        return min(self.definition.rows.maximum, max(needed, rows, self._rows_sent(), least))

    def _rows_sent(self) -> int:
        return max((split_row_key(name)[1] for name in self.data), default=0)

    def names(self, key: str) -> list[str]:
        """The names of an answer's fields: one, or one for each of its parts."""
        parts = self._parts(key)
        if self.definition.question(key).is_settled_elsewhere:
            return []
        return [f"{key}.{part}" for part, _ in parts] or [key]

    def _parts(self, key: str) -> list[tuple[str, Question]]:
        """The parts of an answer that has several; of one in rows, some rows more than are filled."""
        question = self.definition.question(key)
        return question.parts(self._rows_shown(key, question))

    def _spare_parts(self, key: str) -> list[tuple[str, Question]]:
        """Of an answer in rows, the parts of the row that could be added."""
        question = self.definition.question(key)
        if question.type is not QuestionType.ROWS or self.is_inactive:
            return []
        shown = self._rows_shown(key, question)
        return question.parts(min(int(question.maximum or 0), shown + 1))[shown * len(question.columns) :]

    def _rows_shown(self, key: str, question: Question) -> int:
        if question.type is not QuestionType.ROWS:
            return 0
        value = self.stored[key].value if key in self.stored else ""
        sent = [name.removeprefix(f"{key}.") for name in self.data if name.startswith(f"{key}.")]
        rows = [
            row for part in [*value, *sent] if (row := part.partition(".")[0]).isdecimal() and len(row) < 4
        ]
        used = max(map(int, rows), default=0)
        return min(int(question.maximum or 0), max(used + 1, FEWEST_ROWS))

    def _add(self, key: str) -> None:
        question = self._in_words(self.definition.question(key))
        if question.is_settled_elsewhere:
            return
        value: Any = self.stored[key].value if key in self.stored else ""
        for part, asked in [*self._parts(key), *self._spare_parts(key)]:
            name = f"{key}.{part}"
            is_in_row = question.type is QuestionType.ROWS
            self._add_field(name, asked, key, value.get(part, "") if value else "", is_in_row=is_in_row)
            self.fields[name].widget.attrs["data-answer-part"] = part
        if not question.has_parts:
            self._add_field(key, question, key, as_sent(question, value), is_in_row=split_row_key(key)[1] > 0)

    def _add_field(self, name: str, question: Question, key: str, value: Any, *, is_in_row: bool) -> None:
        attrs = self._attrs(key)
        people = self.people if question.type is QuestionType.PERSON else ()
        self.fields[name] = AnswerField(
            question,
            help_text="" if is_in_row else question.hint,  # a row's hints stand above its column
            widget=widget_in_row(question, attrs) if is_in_row else widget_for(question, attrs, people),
            disabled=self.is_inactive,
            initial=value,
        )

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Everybody who works here, to choose from. One query, and only where a person is asked for."""
        return colleagues(local_today())

    def _attrs(self, key: str) -> dict[str, str]:
        if not self.save_url:
            return {}
        return {
            "data-autosave-url": f"{self.save_url}?{urlencode({'question_key': key})}",
            "data-answer-version": str(self.versions[key]),
            "data-question-key": key,
        }

    def _in_words(self, question: Question) -> Question:
        """The question with its grades in the words of the scheme that was asked for."""
        if question.type is not QuestionType.GRADE or self.scheme is None:
            return question
        words = {grade.key: grade.label for grade in self.scheme.scheme.grades}
        texts = self.scheme.descriptors
        options = tuple(
            Option(one.key, words.get(one.key, one.label), texts.get(one.key, one.descriptor))
            for one in question.options
        )
        return replace(question, options=options)

    def _item(self, key: str) -> Item:
        question = self._in_words(self.definition.question(key))
        row = split_row_key(key)[1]
        here = [one for one in question.shown_if if answer_key(one.question, row) in self.versions]
        return Item(
            key,
            question,
            [self[name] for name in self.names(key)],
            self.versions[key],
            asked_if=conditions_for_script(here, row) if here and not self.is_inactive else "",
            is_asked=self.is_inactive or is_asked(question, self.asked, row),
            asked_when=conditions_in_words(question.shown_if, self.definition.asked_question),
            needed_when=conditions_in_words(question.required_if, self.definition.asked_question),
            standing=self._standing(question, key),
            next_row=[self[f"{key}.{part}"] for part, _ in self._spare_parts(key)],
        )

    def _standing(self, question: Question, key: str) -> str:
        if question.is_signed_by_worker:
            return self._worker_signs()
        is_signed = question.type is QuestionType.SIGN_OFF and key in self.stored
        return text_of(question, self.stored[key].value) if is_signed else ""

    def _worker_signs(self) -> str:
        """Who signs and when, and who signed what was handed in before."""
        who = self.signer or "The person this is about"
        earlier = latest_signature(self.answer_set) if self.answer_set.revision > 1 else None
        if earlier is None:
            return f"{who} signs on their own page, once this has been handed in"
        day = uk_date(earlier.signed_at)
        return (
            f"{earlier.signer} signed an earlier version on {day}, and is asked again when you hand this in"
        )


class SectionLayout(TemplateNameMixin):
    """Draws the whole section for crispy forms: the questions with their guidance and prompts beside them."""

    template = "tools/section_fields.html"

    def render(
        self, form: SectionForm, context: Context, template_pack: str = "govuk", **kwargs: Any
    ) -> SafeString:
        return render_to_string(self.template, {"form": form, "section": form.section})


def conditions_for_script(conditions: Sequence[Condition], row: int = 0) -> str:
    """Conditions as conditions.js reads them: the answer's key, and what it has to be."""
    rules = [
        {
            "key": answer_key(one.question, row),
            "options": one.options,
            "atLeast": one.at_least,
            "atMost": one.at_most,
            "answered": one.answered,
        }
        for one in conditions
    ]
    return json.dumps(rules)
