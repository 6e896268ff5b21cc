"""Forms in the GOV.UK template pack."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.utils.safestring import mark_safe

from tests.theme.drawing import draw, fragment_links, ids

CHOICES = [("good", "Good"), ("inadequate", "Inadequate")]


class EveryField(forms.Form):
    text = forms.CharField(label="Summary", help_text="One sentence.")
    long = forms.CharField(label="Evidence", widget=forms.Textarea)
    day = forms.DateField(label="Meeting", widget=forms.DateInput(attrs={"type": "date"}))
    grade = forms.ChoiceField(
        label="Grade", help_text="Judge impact.", choices=CHOICES, widget=forms.RadioSelect
    )
    present = forms.MultipleChoiceField(label="Present", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    team = forms.ChoiceField(label="Team", choices=CHOICES)
    upload = forms.FileField(label="File")
    told = forms.BooleanField(label="I have told the practitioner", help_text="By phone or in person.")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    moment = forms.SplitDateTimeField(label="When")
    hidden = forms.CharField(widget=forms.HiddenInput)


def drawn(form: forms.Form) -> str:
    return draw("{% load crispy_forms_tags %}{{ form|crispy }}", form=form)


def test_every_link_of_the_error_summary_leads_to_a_control() -> None:
    html = drawn(EveryField({}))
    links = fragment_links(html)
    assert len(links) == len(EveryField.base_fields) - 1  # a hidden field has no place to lead to
    controls = re.findall(r"<(?:input|select|textarea)[^>]*\bid=\"([^\"]+)\"", html)
    assert set(links) <= set(controls)
    assert "id_grade_0" in links


def test_ids_are_unique_and_descriptions_exist() -> None:
    html = drawn(EveryField({}))
    assert len(ids(html)) == len(set(ids(html)))
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
    assert described
    assert set(described) <= set(ids(html))


def test_every_visible_control_has_a_label() -> None:
    html = drawn(EveryField())
    labelled = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', html))
    controls = re.findall(r"<(?:select|textarea|input(?![^>]*type=\"hidden\"))[^>]*\bid=\"([^\"]+)\"", html)
    # Two boxes of one question stand in a fieldset whose legend is the question.
    assert {control for control in controls if not control.startswith("id_moment")} - labelled == set()


def test_what_administrators_write_is_escaped_even_when_marked_safe() -> None:
    evil = mark_safe("<script>alert(1)</script>")  # noqa: S308 - the point of the test

    class Written(forms.Form):
        text = forms.CharField(label=evil, help_text=evil)
        grade = forms.ChoiceField(label=evil, help_text=evil, choices=[("x", evil)], widget=forms.RadioSelect)
        told = forms.BooleanField(label=evil, help_text=evil)

        def clean(self) -> None:
            self.add_error("told", evil)
            raise forms.ValidationError(evil)

    html = drawn(Written({"text": "a", "grade": "x", "told": "on"}))
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 10


def test_a_missing_answer_says_which_and_what_to_do() -> None:
    html = drawn(EveryField({}))
    assert "This field is required" not in html
    assert html.count("Choose an answer for ‘Grade’") == 2
    assert "Fill in ‘Summary’" in html
    assert "Tick ‘I have told the practitioner’" in html


def test_an_error_message_of_the_form_s_own_is_kept() -> None:
    class Own(forms.Form):
        day = forms.DateField(error_messages={"required": "Enter the day you meet, such as 10/11/2026."})

    assert drawn(Own({})).count("Enter the day you meet") == 2


def test_optional_fields_say_so_unless_the_form_says_otherwise() -> None:
    class Loose(forms.Form):
        note = forms.CharField(label="Note", required=False)

    class Quiet(Loose):
        mark_optional = False

    assert "Note (optional)" in drawn(Loose())
    assert "(optional)" not in drawn(Quiet())


def test_attributes_of_a_widget_reach_every_radio_button() -> None:
    class Live(forms.Form):
        grade = forms.ChoiceField(
            choices=CHOICES, widget=forms.RadioSelect(attrs={"data-autosave-url": "/answers/7/"})
        )

    html = drawn(Live({"grade": "good"}))
    assert html.count('data-autosave-url="/answers/7/"') == 2
    assert html.count(" checked") == 1


def helper(*, form_tag: bool) -> FormHelper:
    made = FormHelper()
    made.form_tag = form_tag
    made.layout = Layout(Fieldset("Findings", "text", "grade"), "told")
    made.add_input(Submit("save", "Save and continue"))
    return made


class WithHelper(EveryField):
    def __init__(self, *args: object, form_tag: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = helper(form_tag=form_tag)


def test_crispy_draws_a_whole_form() -> None:
    html = draw("{% load crispy_forms_tags %}{% crispy form %}", form=WithHelper({}, form_tag=True))
    assert html.count("<form") == html.count("</form>") == 1
    assert 'method="post"' in html
    assert "novalidate" in html
    assert "Findings" in html
    assert re.search(r'<button type="submit"[^>]*>Save and continue</button>', html)
    assert html.count('class="govuk-error-summary"') == 1
    assert "btn" not in html


def test_crispy_draws_the_fields_without_a_form_tag() -> None:
    html = draw("{% load crispy_forms_tags %}{% crispy form %}", form=WithHelper(form_tag=False))
    assert "<form" not in html
    assert 'name="grade"' in html


def test_a_formset_numbers_its_forms() -> None:
    class Action(forms.Form):
        what = forms.CharField(label="What needs to happen?")

    formset = forms.formset_factory(Action, extra=2)()
    html = draw("{% load crispy_forms_tags %}{{ formset|crispy }}", formset=formset)
    assert 'name="form-TOTAL_FORMS"' in html
    assert html.count("What needs to happen?") == 2
    assert len(ids(html)) == len(set(ids(html)))
