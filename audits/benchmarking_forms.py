"""What people type when they set up, judge and write up a benchmarking exercise (SAN-23)."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from audits.forms import Choice, offer_grades
from audits.workflow.benchmarking import FEWEST, MOST, Group
from qaframework.allocation.forms import AboutACaseForm
from qaframework.people.forms import Choices, DateInput, PersonField, offer
from qaframework.people.models import User
from qaframework.tools.definition import ToolDefinition
from qaframework.tools.free_text import FreeTextForm
from qaframework.tools.long_text import LongText

LONGEST_LIST = 3000


class PeopleField(forms.CharField):
    """Several members of staff, by their work e-mail addresses, as they are pasted from an e-mail program."""

    def clean(self, value: Any) -> list[User]:
        typed = re.findall(r"[^\s,;<>]+@[^\s,;<>]+", super().clean(value))
        found = {user.email.lower(): user for user in User.objects.filter(email__in=self._spellings(typed))}
        unknown = [email for email in typed if email.lower() not in found]
        if unknown:
            raise forms.ValidationError(f"Nobody has the e-mail address {unknown[0]}. Check it.")
        if not typed:
            raise forms.ValidationError("There is no e-mail address here. Put one on each line.")
        return list(dict.fromkeys(found[email.lower()] for email in typed))

    @staticmethod
    def _spellings(typed: Sequence[str]) -> set[str]:
        return {*typed, *(email.lower() for email in typed)}


class SetUpForm(AboutACaseForm):
    """The case, the group and the days. Days are local."""

    activity = Choice(label="Which exercise?", error_messages={"required": "Choose the exercise."})
    managers = PeopleField(
        label="Work e-mail addresses of the managers",
        help_text=f"{FEWEST} to {MOST} people, one on each line. Each audits the case alone.",
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Give the e-mail addresses of the managers who take part."},
    )
    moderator = PersonField(
        label="Work e-mail address of the moderator",
        help_text="Audits the case too, leads the meeting and writes down what is agreed.",
        error_messages={"required": "Give the e-mail address of the moderator."},
    )
    meets_worker = PersonField(
        label="Work e-mail address of who meets the practitioner",
        help_text="One of the group. The practitioner is told who it is.",
        error_messages={"required": "Give the e-mail address of who meets the practitioner."},
    )
    due_on = forms.DateField(
        label="Everybody hands in by",
        help_text="Nobody reads what the others wrote before all have handed in, or this day has passed.",
        widget=DateInput(),
        error_messages={"required": "Give the day by which everybody hands in."},
    )
    meets_on = forms.DateField(
        label="The group meets on",
        widget=DateInput(),
        error_messages={"required": "Give the day on which the group meets."},
    )
    field_order = ("activity", "child_ref", "managers", "moderator", "meets_worker", "due_on", "meets_on")

    def __init__(self, data: Any = None, *, user: User, on: date, activities: Choices, due_on: date) -> None:
        super().__init__(data, user=user, on=on)
        offered = list(activities)
        offer(self, "activity", offered)
        if len(offered) == 1:
            self.fields["activity"].initial = offered[0][0]
            self.fields["activity"].widget = forms.HiddenInput()
        self.fields["due_on"].initial = due_on

    @property
    def group(self) -> Group:
        said = self.cleaned_data
        return Group(said["managers"], said["moderator"], said["meets_worker"])


class OverallForm(forms.Form):
    """One auditor's own grade overall."""

    grade = Choice(label="Which grade do you give overall?", error_messages={"required": "Choose a grade."})
    reason = LongText(
        label="Why this grade?",
        help_text="What weighs most for this child. The others read it when all forms are open.",
        error_messages={"required": "Say why you give this grade."},
    )

    def __init__(self, data: Any = None, *, tool: ToolDefinition, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer_grades(self, tool, "grade")


class SectionAgreedForm(forms.Form):
    """What the group agreed on one section; ``read`` is the version that the writer had before them."""

    grade = Choice(
        label="Which grade did you agree on?",
        error_messages={"required": "Choose the grade that you agreed on."},
    )
    note = LongText(
        label="What did the talk turn on?",
        help_text="What each side saw, and what decided. Where you still differ, write down both.",
        required=False,
    )
    read = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, tool: ToolDefinition, differed: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer_grades(self, tool, "grade")
        if differed:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = (
                "Your grades were not the same. Say what the talk turned on."
            )


class OutcomeForm(FreeTextForm):
    """What the group agreed on the case as a whole, and what all auditors learn."""

    texts = ("learning",)

    grade = Choice(
        label="Which grade did you agree on overall?",
        error_messages={"required": "Choose the grade that you agreed on."},
    )
    reason = LongText(
        label="Why this grade?",
        help_text="From the evidence about this child, not the middle of what each of you gave.",
        error_messages={"required": "Say why you agreed on this grade."},
    )
    learning = LongText(
        label="What can all auditors learn?",
        help_text="All who audit can read this once you share it. Name no child and nobody of the group.",
        rows=6,
        error_messages={"required": "Say what all auditors can learn."},
    )

    def __init__(self, data: Any = None, *, tool: ToolDefinition, today: date) -> None:
        super().__init__(data, today=today)
        offer_grades(self, tool, "grade")


class CallOffForm(forms.Form):
    reason = LongText(
        label="Why is the exercise called off?",
        help_text="It is kept with the exercise.",
        rows=3,
        error_messages={"required": "Say why it is called off."},
    )
