"""What a person may type: filters of the board, and the note of an acknowledgement."""

from collections.abc import Iterable
from typing import Any

from django import forms

from qaframework.people.forms import Choices, FilterForm, offer

SHOW_NOW = "now"
SHOW_ALL = "all"


class BoardFilter(FilterForm):
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[(SHOW_NOW, "What is late now"), (SHOW_ALL, "Every step so far")],
    )
    unit = forms.ChoiceField(label="Team or service", required=False)
    person = forms.ChoiceField(label="Who has it or was told", required=False)
    step = forms.ChoiceField(label="Step", required=False)
    kind = forms.ChoiceField(label="Kind of work", required=False)
    acknowledged = forms.ChoiceField(
        label="Acknowledged", required=False, choices=[("", "All"), ("no", "Not yet"), ("yes", "Yes")]
    )

    def __init__(
        self, data: Any, *, units: Choices, people: Choices, steps: Iterable[str], kinds: Choices
    ) -> None:
        super().__init__(data)
        offer(self, "unit", [("", "All"), *units])
        offer(self, "person", [("", "All"), *people])
        offer(self, "step", [("", "All"), *((step, step) for step in steps)])
        offer(self, "kind", [("", "All"), *kinds])


class AcknowledgeForm(forms.Form):
    note = forms.CharField(
        label="What will happen next?",
        help_text="For instance who will complete it and by when. Do not name the child.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say in a few words what will happen next."},
    )
