"""What administrators type about units, posts and people."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from qaframework.people.form_renderer import SUGGESTING_INPUT
from qaframework.people.models import Post, RecordRead, Unit, User
from qaframework.people.roles import ROLE_CHOICES

Choices = Iterable[tuple[str, str]]


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a field of a form its choices, which are known only when the page is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Give a field of a form the rows that this person may choose from."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class FilterForm(forms.Form):
    """Narrows a list by what its address says; what is not among the choices narrows nothing."""

    mark_optional = False

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class SuggestingInput(forms.TextInput):
    """A line of text with suggestions to choose from; anything else can be typed.

    ``suggested`` are the texts, each with the words that explain it.
    """

    template_name = SUGGESTING_INPUT

    def __init__(self, attrs: dict[str, Any], suggested: Mapping[str, str]) -> None:
        super().__init__({"autocomplete": "off", **attrs})
        self.suggested = suggested

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["suggested"] = self.suggested
        return context


class PersonField(forms.EmailField):
    """A member of staff, by work e-mail address: no list of thousands of names to choose from."""

    def clean(self, value: Any) -> User | None:
        email = super().clean(value)
        if not email:
            return None
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise forms.ValidationError(
                "Nobody has this e-mail address. Check it, or add the person through an import."
            )
        return user


class AppointForm(forms.Form):
    user = PersonField(label="Work e-mail address of the person")
    starts_on = forms.DateField(label="First day", widget=DateInput())
    ends_on = forms.DateField(
        label="Last day", widget=DateInput(), required=False, help_text="Leave empty when it is not known."
    )
    is_acting = forms.BooleanField(label="Acting: covers for the holder or a vacancy", required=False)


class LastDayForm(forms.Form):
    last_day = forms.DateField(label="Last day", widget=DateInput())


class UnitForm(forms.Form):
    name = forms.CharField(label="Name of the unit", max_length=120)
    code = forms.SlugField(
        label="Code", max_length=60, help_text="Letters, digits and hyphens, such as duty-team-1."
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[choice for choice in Unit.Kind.choices if choice[0] != Unit.Kind.AUTHORITY]
    )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].lower()


class PostForm(forms.Form):
    title = forms.CharField(label="Title of the post", max_length=120)
    code = forms.SlugField(
        label="Code", max_length=80, help_text="Letters, digits and hyphens, such as tm-duty-1."
    )
    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES)
    reports_to = forms.SlugField(
        label="Code of the post it reports to", required=False, help_text="Such as sm-duty."
    )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].lower()

    def clean_reports_to(self) -> Post | None:
        code = self.cleaned_data["reports_to"]
        if not code:
            return None
        post = Post.objects.open().filter(code=code.lower()).first()
        if post is None:
            raise forms.ValidationError("There is no open post with this code. See the organisation page.")
        return post


class PeopleFileForm(forms.Form):
    file = forms.FileField(
        label="File with units, posts and people",
        help_text="CSV or XLSX, up to 20 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        allow_empty_file=True,  # refused like every file that cannot be read, by its name
        error_messages={"required": "Choose a file."},
    )


class ReadsFilterForm(forms.Form):
    reader = forms.CharField(label="Who read (name or e-mail address)", required=False, max_length=150)
    kind = forms.ChoiceField(
        label="Kind of record", required=False, choices=[("", "All"), *RecordRead.Kind.choices]
    )
    record = forms.CharField(label="Reference of the record", required=False, max_length=120)
    since = forms.DateField(label="From", required=False, widget=DateInput())
    until = forms.DateField(label="Up to", required=False, widget=DateInput())
