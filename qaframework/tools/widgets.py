"""The control with which a question is answered."""

from collections.abc import Sequence

from django import forms

from qaframework.tools.definition import Question, QuestionType
from qaframework.tools.values import CHOICES, NUMBERS, SIGNED, plain_number

MOST_RADIOS = 11
Choices = Sequence[tuple[str, str]]


def widget_for(question: Question, attrs: dict[str, str], people: Choices = ()) -> forms.Widget:
    """``people`` are those to choose from where the answer is a person."""
    if question.type is QuestionType.PERSON:
        return forms.Select(attrs, [("", "Choose a person"), *people])
    if question.type is QuestionType.SIGN_OFF:
        return forms.CheckboxSelectMultiple(attrs, [(SIGNED, "I have read this and sign it")])
    if question.type is QuestionType.PICK_SEVERAL:
        return forms.CheckboxSelectMultiple(attrs, [(one.key, one.label) for one in question.options])
    if question.type in CHOICES:
        return forms.RadioSelect(attrs, [(one.key, one.label) for one in question.options])
    if question.type is QuestionType.SCALE and len(points := _points(question)) <= MOST_RADIOS:
        return forms.RadioSelect(attrs, points)
    if question.type in NUMBERS:
        return forms.NumberInput({**attrs, **_bounds(question)})
    if question.type is QuestionType.DATE:
        return forms.DateInput({**attrs, "type": "date"}, format="%Y-%m-%d")
    if question.type is QuestionType.SHORT_TEXT:
        return forms.TextInput(attrs)
    return forms.Textarea({**attrs, "rows": 5})


def widget_in_row(question: Question, attrs: dict[str, str]) -> forms.Widget:
    """In a table one choice is a list that drops down: radio buttons would make it many times as large."""
    if question.type in CHOICES:
        return forms.Select(attrs, [("", ""), *((one.key, one.label) for one in question.options)])
    if question.type is QuestionType.SCALE:
        return forms.Select(attrs, [("", ""), *_points(question)])
    return widget_for(question, attrs)


def _points(question: Question) -> list[tuple[str, str]]:
    words = dict(question.anchors)
    points = range(int(question.minimum or 0), int(question.maximum or 0) + 1)
    return [(str(point), f"{point} – {words[point]}" if point in words else str(point)) for point in points]


def _bounds(question: Question) -> dict[str, str]:
    bounds = {"min": question.minimum, "max": question.maximum, "step": None}
    found = {name: plain_number(bound) for name, bound in bounds.items() if bound is not None}
    return {**found, "step": "1" if question.type is QuestionType.SCALE else "any"}
