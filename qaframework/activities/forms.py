"""Choosing whom an activity is about."""

from datetime import date
from typing import Any

from django import forms

from qaframework.people.access import capability_q
from qaframework.people.forms import DateInput
from qaframework.people.models import PostHolding, User
from qaframework.people.roles import Capability


def people_in_view(user: User, on: date, roles: list[str] | None = None) -> list[tuple[str, str]]:
    """Holders of posts in the units whose work the person sees, by name; for a list of choices. One query."""
    scope = capability_q(user, Capability.SEE_TEAM_WORK, on, "post__unit") | capability_q(
        user, Capability.AUDIT, on, "post__unit"
    )
    holdings = PostHolding.objects.on(on).filter(scope, post__is_active=True).exclude(user=user)
    if roles:
        holdings = holdings.filter(post__role__in=roles)
    rows = holdings.order_by("user__full_name").values_list("user", "user__full_name", "post__title")
    return [(str(pk), f"{name} ({title})") for pk, name, title in rows]


class PersonAndDayForm(forms.Form):
    """Whom, and on which day. Without choices of people only the day is asked."""

    person = forms.ChoiceField(label="Who")
    day = forms.DateField(label="On which day?", widget=DateInput())

    def __init__(self, *args: Any, people: list[tuple[str, str]], who: str, when: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if people:
            field = self.fields["person"]
            field.label = who
            field.choices = [("", "Choose a person"), *people]  # type: ignore[attr-defined]
        else:
            del self.fields["person"]
        if when:
            self.fields["day"].label = when
        else:
            del self.fields["day"]

    def chosen_person(self) -> User | None:
        pk = self.cleaned_data.get("person")
        return User.objects.get(pk=pk) if pk else None
