"""Choosing whom an activity is about, and naming a child that somebody is worried about."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from qaframework.actions.forms import ConcernForm
from qaframework.allocation.models import Assignment
from qaframework.allocation.rotation import Rotation, Waiting, rule_of
from qaframework.caseload.access import find_case
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework
from qaframework.people.access import capability_q, has_capability, posts_of
from qaframework.people.forms import DateInput, offer
from qaframework.people.models import PostHolding, Unit, User
from qaframework.people.roles import ROLES, Capability

REFERENCE_LENGTH = 60


def people_in_view(user: User, on: date, roles: Iterable[str]) -> list[tuple[str, str]]:
    """Holders of posts of the roles in the units where the person audits, by name, as choices. One query.

    Nobody looks at the practice of those above them; the quality assurance team may look at anybody's.
    """
    scope = capability_q(user, Capability.AUDIT, on, "post__unit")
    if not has_capability(user, Capability.RUN_QUALITY_ASSURANCE, on):
        own = max((ROLES[post.role].seniority for post in posts_of(user, on)), default=0)
        roles = [role for role in roles if ROLES[role].seniority <= own]
    holdings = PostHolding.objects.on(on).filter(scope, post__is_active=True, post__role__in=roles)
    rows = holdings.exclude(user=user).order_by("user__full_name", "user", "is_acting", "starts_on", "pk")
    named: dict[str, str] = {}
    for pk, name, title in rows.values_list("user", "user__full_name", "post__title"):
        named.setdefault(str(pk), f"{name} ({title})")
    return list(named.items())


def people_to_choose(
    assignment: Assignment, user: User, on: date, roles: Iterable[str]
) -> list[tuple[str, str]]:
    """Whom the work may be about, as choices: by the framework's rule whoever has waited longest first, with
    when that was; where it has none, whoever is in view."""
    if rule_of(assignment) is None:
        return people_in_view(user, on, roles)
    return [
        (str(one.worker.pk), f"{one.worker} ({one.post}), {_last(one)}")
        for one in Rotation(on, besides=assignment).people(assignment)
    ]


def _last(one: Waiting) -> str:
    return f"last in {one.last:%B %Y}" if one.last else "not yet"


class SignForm(forms.Form):
    """The person whom the work is about has read it. Signing is not agreeing."""

    signed = forms.BooleanField(
        label="I have read this and sign it",
        error_messages={"required": "Tick the box when you have read it, to sign it."},
    )


class SignAndCommentForm(SignForm):
    """With room for what they want to say, where the work has no other place for that."""

    comment = forms.CharField(
        label="Comment",
        help_text="What you see differently, or want to add. Whoever can read this can read your comment.",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PersonForm(forms.Form):
    """Whom the work is about, out of those whom its owner may choose."""

    person = forms.ChoiceField(error_messages={"required": "Choose a person."})

    def __init__(self, *args: Any, people: list[tuple[str, str]], person_label: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        field = self.fields["person"]
        field.label = person_label
        offer(self, "person", [("", "Choose a person"), *people])
        if not people:
            field.help_text = "There is nobody for you to choose. Ask the quality assurance team."

    def clean_person(self) -> User:
        return User.objects.get(pk=self.cleaned_data["person"])


class ToolForm(forms.Form):
    """On which of several forms the work is done."""

    tool = forms.ChoiceField(
        label="Which form fits the theme?",
        help_text="The questions of each are on its page. Once something is answered, the form stays.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a form."},
    )

    def __init__(self, *args: Any, tools: list[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        offer(self, "tool", tools)


class DayForm(forms.Form):
    day = forms.DateField(
        widget=DateInput(), error_messages={"required": "Give the day.", "invalid": "Give a day that exists."}
    )

    def __init__(self, *args: Any, day_label: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["day"].label = day_label


class PersonAndDayForm(PersonForm, DayForm):
    """Whom, and on which day."""

    field_order = ("person", "day")


def units_of(framework: Framework) -> list[tuple[str, str]]:
    """Open units that the framework holds for, in the order of the tree, as choices. Two queries."""
    return [(str(unit.pk), unit.name) for unit in framework.parts().order_by("path")]


class UnitAndDayForm(DayForm):
    """Which part of the organisation, and on which day."""

    unit = forms.ChoiceField(error_messages={"required": "Choose a service or team."})
    field_order = ("unit", "day")

    def __init__(
        self, *args: Any, units: list[tuple[str, str]], unit_label: str, unit_hint: str, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        field = self.fields["unit"]
        field.label, field.help_text = unit_label, unit_hint
        offer(self, "unit", [("", "Choose a service or team"), *units])

    def clean_unit(self) -> Unit:
        return Unit.objects.get(pk=self.cleaned_data["unit"])


class ConcernAboutForm(ConcernForm):
    """A concern that came up in work which is not about one child: first, about which child it is."""

    child_ref = forms.CharField(
        label="Case reference of the child",
        max_length=REFERENCE_LENGTH,
        error_messages={"required": "Give the case reference, so that the right people are told."},
    )
    field_order = ("child_ref", "what")

    def __init__(self, *args: Any, user: User, on: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.user, self.on = user, on

    def clean_child_ref(self) -> Case:
        typed = self.cleaned_data["child_ref"]
        case = find_case(self.user, typed, self.on)
        if case is None:
            raise forms.ValidationError(
                f"No case that you can see has the reference {typed}. Check it. If it is right, tell the "
                "child's team yourself now."
            )
        return case
