"""What a person may type about programmes, assignments and requests for more time."""

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

from django import forms

from qaframework.allocation.models import Assignment, ExtensionRequest, ObservationInterval
from qaframework.allocation.starting import CasesToChoose
from qaframework.caseload.access import find_case
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework
from qaframework.people.forms import Choices, DateInput, FilterForm, SuggestingInput, offer, offer_rows
from qaframework.people.models import Post, User
from qaframework.rules.periods import Month

MONTHS_BACK, MONTHS_AHEAD = 12, 6


def reason_field(label: str, required: str, help_text: str = "Do not name the child.") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": required},
    )


class IntervalForm(forms.Form):
    """How often somebody is observed, and why; ``read`` says what stood there when the page was made."""

    within = forms.ChoiceField(
        label="How often?",
        choices=[("", "Choose how often"), *ObservationInterval.Within.choices],
        error_messages={"required": "Choose how often."},
    )
    why = reason_field(
        "Why?", "Say why.", "Such as a new task, a return to work, or practice to be built up."
    )
    review_on = forms.DateField(
        label="When is this looked at again?",
        help_text="It goes on until you end it.",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "Give a day that exists."},
    )
    read = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: Any, *, interval: ObservationInterval | None) -> None:
        initial = {"read": self.mark_of(interval)}
        if interval is not None:
            initial |= {name: getattr(interval, name) for name in ("within", "why", "review_on")}
        super().__init__(data, initial=initial)

    @staticmethod
    def mark_of(interval: ObservationInterval | None) -> str:
        """Changes with whatever can be changed."""
        if interval is None:
            return ""
        return str(interval.history.values_list("history_id", flat=True).latest())


class NewlyQualifiedForm(forms.Form):
    until = forms.DateField(
        label="Last day of the assessed and supported year in employment",
        help_text="Leave it empty for somebody who is not newly qualified.",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "Give a day that exists."},
    )


class BoardFilter(FilterForm):
    month = forms.ChoiceField(label="Due in", required=False)
    activity = forms.ChoiceField(label="Kind of work", required=False)
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "All"),
            ("overdue", "Late and still out"),
            ("waiting", "Not yet due"),
            ("in_time", "Handed in on time"),
            ("handed_in_late", "Handed in late"),
            ("extended", "With more time"),
            ("excluded", "Excluded"),
        ],
    )

    def __init__(self, data: Any, *, today: date, activities: Choices) -> None:
        self.this_month = Month.of(today)
        super().__init__(data if data.get("month") else {**data.dict(), "month": self.this_month.key})
        months = [self.this_month.plus(step) for step in range(MONTHS_AHEAD, -MONTHS_BACK - 1, -1)]
        offer(self, "month", [(month.key, month.label) for month in months])
        offer(self, "activity", [("", "All"), *activities])

    @property
    def chosen_month(self) -> Month:
        """The month chosen; the present one when the address names none that can be."""
        return Month.parse(self.chosen("month") or self.this_month.key)

    @property
    def is_narrowed(self) -> bool:
        other = self.chosen("activity") or self.chosen("show")
        return bool(other) or self.chosen_month != self.this_month


class FrameworkChoice(forms.ModelChoiceField):
    def __init__(self) -> None:
        super().__init__(
            Framework.objects.none(),
            label="Framework",
            empty_label="Choose a framework",
            error_messages={"required": "Choose a framework."},
        )


class PostChoice(forms.ModelChoiceField):
    """An open post with its unit and who holds it, which the rows give as ``holder``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Post.objects.none(), **kwargs)

    def label_from_instance(self, post: Any) -> str:
        return f"{post.title} ({post.unit.name}): {post.holder or 'vacant'}"


class ReallocateForm(forms.Form):
    to_post = PostChoice(
        label="Which post is to do it?",
        empty_label="Choose a post",
        error_messages={"required": "Choose the post that is to do it."},
    )
    reason = reason_field("Why does it move?", "Say why the work moves to another post.")

    def __init__(self, data: Any = None, *, posts: Any) -> None:
        super().__init__(data)
        offer_rows(self, "to_post", posts)


class WithdrawForm(forms.Form):
    reason = reason_field("Why is it withdrawn?", "Say why the work is withdrawn.")


class ExtensionForm(forms.Form):
    """``new_due_on`` is asked of an extension only."""

    kind = forms.ChoiceField(
        label="What do you ask for?",
        choices=[
            (ExtensionRequest.Kind.EXTENSION, "More time"),
            (ExtensionRequest.Kind.EXCLUSION, "Not to do it at all"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose more time, or not to do it at all."},
    )
    new_due_on = forms.DateField(
        label="New last day",
        help_text="Only when you ask for more time.",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "Give the new last day, such as 18 December 2026."},
    )
    reason = reason_field("Why?", "Say why, so that the request can be decided.")

    def __init__(self, data: Any = None, *, assignment: Assignment) -> None:
        super().__init__(data)
        self.due_on = assignment.due_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new, due_on = cleaned.get("new_due_on"), self.due_on
        is_extension = cleaned.get("kind") == ExtensionRequest.Kind.EXTENSION
        if is_extension and "new_due_on" not in self.errors and due_on and (new is None or new <= due_on):
            self.add_error("new_due_on", f"Give a day after the present deadline, {due_on:%-d %B %Y}.")
        return cleaned


class PauseForm(forms.Form):
    reason = forms.ChoiceField(
        label="Why is it paused?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why it is paused."},
    )

    def __init__(self, data: Any = None, *, reasons: Iterable[str]) -> None:
        super().__init__(data)
        offer(self, "reason", [(reason, reason) for reason in reasons])


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="Your decision",
        choices=[("grant", "Grant"), ("refuse", "Refuse")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose to grant or to refuse."},
    )
    decision_reason = reason_field(
        "Why?", "Say why.", "The person who asked reads this, and it stays on the record."
    )


class ProgrammeFilter(FilterForm):
    """Which programme to look at, and which kind of work in it."""

    programme = forms.ChoiceField(label="Programme", required=False)
    activity = forms.ChoiceField(label="Kind of work", required=False)

    def __init__(self, data: Any, *, programmes: Choices, activities: Choices) -> None:
        super().__init__(data)
        offer(self, "programme", programmes)
        offer(self, "activity", [("", "All"), *activities])


class MakeProgrammeForm(forms.Form):
    framework = FrameworkChoice()
    year = forms.TypedChoiceField(label="Year that starts in", coerce=int)

    def __init__(self, data: Any = None, *, frameworks: Any, years: Iterable[int]) -> None:
        super().__init__(data)
        offer_rows(self, "framework", frameworks)
        offer(self, "year", [(str(year), str(year)) for year in years])


class ConfirmPlanForm(forms.Form):
    """``as_read`` is the fingerprint of the changes that the person has read."""

    as_read = forms.CharField(max_length=64)


class DatesForm(forms.Form):
    starts_on = forms.DateField(
        label="First day", widget=DateInput(), error_messages={"required": "Give the first day."}
    )
    due_on = forms.DateField(
        label="Last day",
        help_text="The work is in time until the end of this day.",
        widget=DateInput(),
        error_messages={"required": "Give the last day."},
    )


class AboutACaseForm(forms.Form):
    """Which case work is about, by its reference, out of those that the person may open."""

    child_ref = forms.CharField(
        label="Case reference of the child",
        help_text="As in your case system, such as N10234.",
        max_length=60,
        error_messages={"required": "Give the reference of the case that it is about."},
    )

    def __init__(self, data: Any = None, *, user: User, on: date) -> None:
        super().__init__(data)
        self.user, self.on = user, on

    def clean_child_ref(self) -> Case:
        typed = self.cleaned_data["child_ref"]
        case = self.find(typed)
        if case is None:
            raise forms.ValidationError(
                f"No case that you can open has the reference {typed}. {self.where_to_look(typed)}"
            )
        return case

    def find(self, reference: str) -> Case | None:
        return find_case(self.user, reference, self.on)

    def where_to_look(self, reference: str) -> str:
        """What helps whoever typed a reference that leads to no case."""
        return "Check it, or look for it under Cases."


class StartAboutForm(AboutACaseForm):
    """The same for work that somebody starts: typed, or chosen from the cases that are suggested."""

    def __init__(self, data: Any = None, *, cases: CasesToChoose) -> None:
        super().__init__(data, user=cases.by, on=cases.on)
        self.cases = cases
        self.suggested = {case.child_ref: _in_short(case) for case in cases.suggested()}
        field = self.fields["child_ref"]
        field.widget = SuggestingInput({"class": "govuk-input--width-10", "maxlength": "60"}, self.suggested)
        if self.suggested:
            field.help_text = (
                "Begin to type it, or the practitioner’s name, and choose from your team’s cases."
                " You can also type the reference of another case that you may open."
            )

    def find(self, reference: str) -> Case | None:
        return self.cases.find(reference)

    def where_to_look(self, reference: str) -> str:
        like_it = get_close_matches(reference.upper(), self.suggested, n=3, cutoff=0.7)
        where = f"Did you mean {' or '.join(like_it)}?" if like_it else "Check it with the child’s record."
        return f"{where} If it is right, ask the quality assurance team."


def _in_short(case: Case) -> str:
    return f"{case.child_ref}: {case.get_plan_type_display()}, {case.worker or 'nobody recorded'}"


class NothingToSayForm(forms.Form):
    """A button is enough."""


class MoreWorkForm(forms.Form):
    """A kind of work, and the post that is to do one more of it than the quotas ask for."""

    activity = forms.ChoiceField(
        label="Kind of work", error_messages={"required": "Choose the kind of work."}
    )
    post = PostChoice(
        label="Which post is to do it?",
        empty_label="Choose a post",
        error_messages={"required": "Choose the post that is to do it."},
    )

    def __init__(self, data: Any = None, *, activities: Choices, posts: Any) -> None:
        super().__init__(data)
        offer(self, "activity", [("", "Choose a kind of work"), *activities])
        offer_rows(self, "post", posts)


class AskForm(MoreWorkForm):
    """Work that is about no one case."""

    theme = forms.CharField(
        label="What should it look at?",
        help_text="For instance: reflection on the child’s daily life. Do not name anybody.",
        max_length=120,
        error_messages={"required": "Say what it should look at."},
    )
    due_on = forms.DateField(
        label="Last day",
        help_text="The work is in time until the end of this day.",
        widget=DateInput(),
        error_messages={"required": "Give the last day.", "invalid": "Enter a day, such as 10/12/2026."},
    )


class PlanMoreForm(MoreWorkForm):
    """An audit whose case is drawn, and the month with which it is drawn."""

    month = forms.TypedChoiceField(
        label="In which month?", coerce=Month.parse, error_messages={"required": "Choose the month."}
    )

    def __init__(self, data: Any = None, *, activities: Choices, posts: Any, months: Choices) -> None:
        super().__init__(data, activities=activities, posts=posts)
        offer(self, "month", [("", "Choose a month"), *months])
