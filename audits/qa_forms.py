"""What the quality assurance team types about draws, moderations and requests for advice."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from audits.forms import Choice, offer_grades
from audits.models import DrawnCase, Moderation
from qaframework.allocation.forms import FrameworkChoice
from qaframework.allocation.models import Programme
from qaframework.caseload.models import AgeBand, CaseFlag, PlanType
from qaframework.people.forms import Choices, DateInput, FilterForm, offer, offer_rows
from qaframework.people.models import Unit
from qaframework.rules.periods import Month
from qaframework.tools.definition import ToolDefinition
from qaframework.tools.long_text import LongText

MONTHS_AHEAD = 6
MONTHS_OF_THEMES = 13
SEED_LENGTH = 40


def several(label: str, choices: Iterable[tuple[str, Any]]) -> forms.MultipleChoiceField:
    """Any of these, or all cases whatever they have of it."""
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Cases with any of those you tick; tick none where it does not matter.",
    )


class SeedField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label="Seed",
            required=False,
            max_length=SEED_LENGTH,
            help_text="Leave it empty for a random one. Give your own, such as last week’s lottery numbers, "
            "when others should see that nobody could choose the outcome.",
        )


class RunDrawForm(forms.Form):
    framework = FrameworkChoice()
    month = forms.TypedChoiceField(label="Month in which the audits begin", coerce=Month.parse)
    seed = SeedField()

    def __init__(
        self, data: Any = None, *, frameworks: Any, today: date, proposed: Month, drawn: Collection[str]
    ) -> None:
        super().__init__(data, initial={"month": proposed.key})
        offer_rows(self, "framework", frameworks)
        months = [Month.of(today).plus(step) for step in range(MONTHS_AHEAD + 1)]
        named = [(one.key, f"{one.label} (drawn)" if one.key in drawn else one.label) for one in months]
        offer(self, "month", named)


class ChangeThemeForm(forms.Form):
    """What a theme is about, and which cases fit it."""

    title = forms.CharField(
        label="Theme",
        max_length=120,
        help_text="As people will read it on their work, such as “Children who go missing from care”.",
        error_messages={"required": "Give the theme a name."},
    )
    source = LongText(
        label="Where the theme comes from",
        required=False,
        help_text="Such as a management meeting, figures, findings of audits, an incident or feedback.",
    )
    plan_types = several("Kinds of plan", PlanType.choices)
    age_bands = several("Ages", AgeBand.choices)
    flags = several("Needs and risks", CaseFlag.choices)


class SetThemeForm(ChangeThemeForm):
    """A theme for a month to come; for the programme, month and unit that are offered."""

    programme = forms.TypedChoiceField(label="Programme", error_messages={"required": "Choose a programme."})
    month = forms.TypedChoiceField(label="Month", coerce=Month.parse)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="For",
        empty_label="Choose a unit",
        help_text="It holds for all teams below it that have no theme of their own.",
        error_messages={"required": "Choose for which part of the authority it is."},
    )
    field_order = ("programme", "month", "unit", "title", "source", "plan_types", "age_bands", "flags")

    def __init__(
        self, *args: Any, programmes: Iterable[Programme], units: QuerySet[Unit], today: date, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        known = {str(one.pk): one for one in programmes}
        programme = self.fields["programme"]
        assert isinstance(programme, forms.TypedChoiceField)
        programme.coerce = lambda pk: known[pk]
        offer(self, "programme", [(pk, f"{one.framework.name}, {one.year}") for pk, one in known.items()])
        months = [Month.of(today).plus(step) for step in range(MONTHS_OF_THEMES)]
        offer(self, "month", [(month.key, month.label) for month in months])
        offer_rows(self, "unit", units)
        self.initial.setdefault("unit", units.first())  # the largest: the whole authority, if it is theirs


class ReplaceForm(forms.Form):
    reason = Choice(
        label="Why is it replaced?",
        choices=DrawnCase.ReplacementReason.choices,
        error_messages={"required": "Choose a reason."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        help_text="What somebody who checks the draw should know. Do not name the child.",
    )


class InboxFilter(FilterForm):
    month = forms.ChoiceField(label="Handed in in", required=False)
    activity = forms.ChoiceField(label="Kind of audit", required=False)
    grade = forms.ChoiceField(label="Grade", required=False)
    in_time = forms.ChoiceField(
        label="In time", required=False, choices=[("", "All"), ("yes", "In time"), ("no", "Late")]
    )
    moderation = forms.ChoiceField(
        label="Moderation",
        required=False,
        choices=[
            ("", "All"),
            ("undecided", "Waits for the month’s draw"),
            ("open", "Being moderated"),
            ("done", "Moderated"),
            ("none", "Final without moderation"),
        ],
    )

    def __init__(self, data: Any, *, today: date, activities: Choices, grades: Choices) -> None:
        super().__init__(data)
        months = [Month.of(today).plus(-step) for step in range(13)]
        offer(self, "month", [("", "All"), *((month.key, month.label) for month in months)])
        offer(self, "activity", [("", "All"), *activities])
        offer(self, "grade", [("", "All"), *grades])

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen(name) for name in self.fields)


class ModerationDrawForm(forms.Form):
    """``due`` is what ends a month: programme, activity and month, in one choice."""

    due = Choice(label="Month", error_messages={"required": "Choose a month."})
    seed = SeedField()

    def __init__(self, data: Any = None, *, due: Choices) -> None:
        super().__init__(data)
        offer(self, "due", due)


class DiscussionForm(forms.Form):
    discussed_on = forms.DateField(
        label="Day of the talk",
        widget=DateInput(),
        error_messages={
            "required": "Give the day of the talk.",
            "invalid": "Enter a day, such as 10/12/2026.",
        },
    )
    auditor_viewpoint = LongText(
        label="How does the manager see it?",
        help_text="In their own words where you can.",
        error_messages={"required": "Record the manager’s view."},
    )
    outcome = LongText(
        label="What came of it?",
        help_text="What you agreed, and what would help the manager next time.",
        error_messages={"required": "Record what came of the talk."},
    )

    def __init__(self, data: Any = None, *, moderation: Moderation, today: date) -> None:
        initial = {
            "discussed_on": moderation.discussed_on or today,
            "auditor_viewpoint": moderation.auditor_viewpoint,
            "outcome": moderation.discussion_outcome,
        }
        super().__init__(data, initial=initial)

    @property
    def says_something_new(self) -> bool:
        """Whether anybody wrote about the talk; its day alone, which is filled in for them, says nothing."""
        written = self.data.get("auditor_viewpoint", "").strip() or self.data.get("outcome", "").strip()
        return bool(written) and self.has_changed()


class CompleteForm(forms.Form):
    """The moderator's judgement: a field for each question on the audit's quality, then the grade."""

    grade = Choice(label="Which grade would you give?", error_messages={"required": "Choose the grade."})
    grade_reason = LongText(
        label="If you change the grade, why?",
        help_text="Start from the difference made for the child.",
        required=False,
    )
    feedback = LongText(
        label="Feedback for the manager",
        help_text="What was strong, and one thing to develop. The manager reads it.",
        error_messages={"required": "Write the feedback: what was strong, and one thing to develop."},
    )

    mark_optional = False

    def __init__(self, data: Any = None, *, definition: ToolDefinition) -> None:
        super().__init__(data)
        offer_grades(self, definition, "grade")
        own = dict(self.fields)
        self.fields.clear()
        for key, label in Moderation.Criterion.choices:
            self.fields[key] = Choice(
                label=label,
                choices=Moderation.Quality.choices,
                error_messages={"required": f"{label}: choose met, partly or not met."},
            )
        self.fields.update(own)

    @property
    def quality(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in Moderation.Criterion.values}


class SendBackForm(forms.Form):
    reason = LongText(
        label="Which evidence is missing?",
        help_text="The manager reads this. Say what to add and where.",
        error_messages={"required": "Say which evidence is missing."},
    )
    due_on = forms.DateField(
        label="Hand in again by",
        widget=DateInput(),
        error_messages={"required": "Give the day.", "invalid": "Enter a day, such as 10/12/2026."},
    )


class NoReauditForm(forms.Form):
    reason = LongText(
        label="Why is no other case audited?",
        help_text="For instance, the practitioner has left. The reason stays on the record.",
        rows=3,
        error_messages={"required": "Say why no other case is audited."},
    )


class GiveAdviceForm(forms.Form):
    advised_grade = Choice(
        label="Which grade do you advise?", error_messages={"required": "Choose the grade that you advise."}
    )
    advice = LongText(
        label="Your advice",
        help_text="Both read this. Say how you reached it, starting from the difference made for the child.",
        rows=6,
        error_messages={"required": "Write the advice, so that both can follow how it was reached."},
    )

    def __init__(self, data: Any = None, *, definition: ToolDefinition) -> None:
        super().__init__(data)
        offer_grades(self, definition, "advised_grade")
