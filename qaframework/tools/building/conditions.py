"""When a question of a draft is asked or must be answered: in words, on a page, and on a line of a sheet."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from qaframework.packs.definition.answers import FIXED_ANSWERS, NO_GRADE
from qaframework.packs.references.lookups import entries_of
from qaframework.people.forms import offer
from qaframework.tools.building.content import Part, Tool, before, find_question
from qaframework.tools.building.forms import PartForm, whole
from qaframework.tools.building.kinds import BOUNDED
from qaframework.tools.definition import QuestionType
from qaframework.tools.values import plain_number

IS, NUMBER, ANSWERED, NOT_ANSWERED = "is", "number", "answered", "not_answered"
ESSENTIALS = "Essentials"

Json = Mapping[str, Any]
Answers = list[tuple[str, str]]

_LINE = re.compile(
    r"(?P<question>[a-z][a-z0-9_]*) (?:is (?P<options>[a-z0-9_, ]+)|(?P<low>at least (?P<least>\S+))?"
    r"(?: and )?(?P<high>at most (?P<most>\S+))?|(?P<answered>(?:not )?answered))"
)


def answers_to(question: Json, tool: Json, framework: Json) -> Answers:
    """Key and words of each answer that a question offers; none where people write their own."""
    kind = str(question.get("type"))
    if kind == QuestionType.GRADE:
        schemes = entries_of(framework, "grade_schemes")
        scheme: Json = next((one for one in schemes if one["key"] == tool.get("grade_scheme")), {})
        return [*((one["key"], one["label"]) for one in entries_of(scheme, "grades")), *NO_GRADE]
    if name := question.get("options_from"):
        return [(one["key"], one["label"]) for one in entries_of(framework, str(name))]
    written = [(one["key"], one["label"]) for one in question.get("options") or ()]
    return [(key, words) for key, words in FIXED_ANSWERS.get(kind, ())] or written


def earlier_questions(tool: Tool, key: str) -> list[tuple[str, list[Part]]]:
    """What is asked before a question, by section, the essentials first."""
    found: dict[str, list[Part]] = {}
    for one in tool.get("indicators") or ():
        found.setdefault(ESSENTIALS, []).append({**one, "type": QuestionType.YES_PARTLY_NO_NA.value})
    for section, question in before(tool, key):
        found.setdefault(section["title"], []).append(question)
    return list(found.items())


def condition_in_words(condition: Json, tool: Json, framework: Json) -> str:
    """One condition on an answer, such as “Was the child seen?” is no."""
    question = _named(tool, condition["question"])
    if question is None:
        return "an answer to a question that is not in the tool any more"
    words = f"“{question['text']}”"
    if "answered" in condition:
        return f"{words} {'is' if condition['answered'] else 'is not'} answered"
    if "is" in condition:
        labels = dict(answers_to(question, tool, framework))
        return f"{words} is {' or '.join(labels.get(key, key) for key in condition['is'])}"
    return f"{words} is {' and '.join(_bounds(condition))}"


def line_of(condition: Json) -> str:
    """One condition on one line of a sheet, with keys, such as ``seen is no`` or ``visits at least 3``."""
    key = condition["question"]
    if "answered" in condition:
        return f"{key} {'' if condition['answered'] else 'not '}answered"
    if "is" in condition:
        return f"{key} is {', '.join(condition['is'])}"
    return f"{key} {' and '.join(_bounds(condition))}"


def condition_from(line: str) -> Part:
    """The condition that a line says. Raises ValueError, which says what would be right."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValueError(
            f"“{line}” is no condition. Such as: seen is no, partly; or visits at least 3; or seen answered."
        )
    condition: Part = {"question": found["question"]}
    if found["options"]:
        condition["is"] = [key.strip() for key in found["options"].split(",")]
    if found["answered"]:
        condition["answered"] = found["answered"] == "answered"
    for name, number in (("at_least", found["least"]), ("at_most", found["most"])):
        if number:
            condition[name] = whole(float(number))
    return condition


def _bounds(condition: Json) -> list[str]:
    names = (("at_least", "at least"), ("at_most", "at most"))
    return [f"{words} {plain_number(condition[name])}" for name, words in names if name in condition]


def _named(tool: Json, key: str) -> Part | None:
    for one in tool.get("indicators") or ():
        if one["key"] == key:
            return {**one, "type": QuestionType.YES_PARTLY_NO_NA.value}
    try:
        return find_question(tool, key)[1]
    except KeyError:
        return None


class EarlierForm(forms.Form):
    """Which earlier question it depends on."""

    question = forms.ChoiceField(label="On the answer to which question does it depend?")

    def __init__(self, data: Any, *, tool: Tool, key: str) -> None:
        super().__init__(data)
        groups = [
            (title, [(one["key"], one["text"]) for one in questions])
            for title, questions in earlier_questions(tool, key)
        ]
        offer(self, "question", [("", "Choose a question"), *groups])  # type: ignore[list-item]


class ConditionForm(PartForm):
    """What the answer to the earlier question has to be."""

    mark_optional = False  # what is needed depends on the first answer

    how = forms.ChoiceField(label="What must its answer be?", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, question: Part, earlier: Part, answers: Answers) -> None:
        super().__init__(data, part=question, initial={})
        self.earlier = earlier
        ways = []
        if answers:
            ways.append((IS, "One of the answers below"))
            self.fields["options"] = forms.MultipleChoiceField(
                label="Answers", choices=answers, widget=forms.CheckboxSelectMultiple, required=False
            )
        if earlier["type"] in BOUNDED:
            ways.append((NUMBER, "A number within these bounds"))
            self.fields["at_least"] = forms.FloatField(label="At least", required=False)
            self.fields["at_most"] = forms.FloatField(label="At most", required=False)
        ways += [(ANSWERED, "Anything, as long as it is answered"), (NOT_ANSWERED, "None: it is left open")]
        offer(self, "how", ways)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("how") == IS and not said.get("options"):
            self.add_error("options", "Choose at least one answer.")
        if said.get("how") == NUMBER:
            least, most = said.get("at_least"), said.get("at_most")
            if least is None and most is None and not self.errors:
                self.add_error("at_least", "Give the least number, the largest one, or both.")
            if least is not None and most is not None and least > most:
                self.add_error("at_most", "This is below the least number.")
        return said

    def condition(self) -> Part:
        """As the pack's file writes it. The form must be valid."""
        said, key = self.cleaned_data, self.earlier["key"]
        if said["how"] == IS:
            return {"question": key, "is": said["options"]}
        if said["how"] == NUMBER:
            bounds = {name: whole(said[name]) for name in ("at_least", "at_most") if said[name] is not None}
            return {"question": key, **bounds}
        return {"question": key, "answered": said["how"] == ANSWERED}


class DropConditionForm(forms.Form):
    """Which condition goes, and as what the question was read."""

    name = forms.ChoiceField(choices=[("shown_if", ""), ("required_if", "")])
    place = forms.IntegerField(min_value=0)
    read = forms.CharField()
