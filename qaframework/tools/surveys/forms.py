"""The questions of a survey as one short form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import Question, ToolDefinition
from qaframework.tools.forms import AnswerField
from qaframework.tools.surveys.workflow import questions_of
from qaframework.tools.values import Value
from qaframework.tools.widgets import widget_for


class SurveyField(AnswerField):
    """An answer that has to be given, where its question says so: nothing is kept half filled in."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, widget=widget_for(question, {}), help_text=question.hint)
        self.required = question.required

    def clean(self, value: Any) -> Value:
        cleaned = super().clean(value)
        if self.required and is_blank(cleaned):
            raise ValidationError(f"Answer “{self.question.text}”")
        return cleaned


class SurveyForm(forms.Form):
    """``answers`` are the values by question key, once the form is valid."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, definition: ToolDefinition) -> None:
        super().__init__(data)
        for question in questions_of(definition):
            self.fields[question.key] = SurveyField(question)

    @property
    def answers(self) -> dict[str, Value]:
        return dict(self.cleaned_data)
