"""What people type about themes of dip samples and what they show."""

from django import forms

from qaframework.people.forms import PersonField
from qaframework.tools.long_text import LongText


class DipThemeForm(forms.Form):
    title = forms.CharField(
        label="Theme",
        max_length=120,
        help_text="As people will read it on their work, such as “Purposeful visits”.",
        error_messages={"required": "Give the theme a name."},
    )
    source = LongText(
        label="Where the theme comes from",
        required=False,
        help_text="Such as figures, findings of audits, an incident or feedback.",
        rows=3,
    )


class NarrativeForm(forms.Form):
    """What the dip samples of a month show; ``read`` is the version that the writer had before them."""

    text = LongText(
        label="In your words",
        help_text="What is good, what worries you, why, and what will change. Name no child and no member "
        "of staff.",
        rows=10,
        error_messages={"required": "Write what the dip samples show."},
    )
    read = forms.IntegerField(widget=forms.HiddenInput)


class SignForm(forms.Form):
    side = forms.ChoiceField(choices=[("service", "The service"), ("qa", "The quality assurance team")])
    read = forms.IntegerField()


class LetSignForm(forms.Form):
    person = PersonField(
        label="Work e-mail address of the person",
        help_text="Somebody with a post in the service. They get a notice.",
        error_messages={"required": "Give the e-mail address of the person who may sign."},
    )
