"""What people type about cases and imports."""

from django import forms
from django.conf import settings

from qaframework.caseload.models import CaseStatus, PlanType
from qaframework.caseload.workflow import CLEARANCE_DAYS
from qaframework.people.forms import DateInput, PersonField


class RegisterFilterForm(forms.Form):
    reference = forms.CharField(label="Child's reference begins with", required=False, max_length=20)
    team = forms.CharField(label="Team (name or code)", required=False, max_length=120)
    worker = forms.CharField(label="Worker's name", required=False, max_length=150)
    plan_type = forms.ChoiceField(label="Plan", required=False, choices=[("", "All"), *PlanType.choices])
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "All"), *CaseStatus.choices, ("held", "Held out of draws")],
    )

    mark_optional = False


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File with the register",
        help_text=f"CSV or XLSX up to {settings.CASE_IMPORT_MAX_MB} MB: the register's own columns, "
        "or an Annex A workbook.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        allow_empty_file=True,  # refused like every file that cannot be read, by its name
        error_messages={"required": "Choose a file."},
    )
    extract_date = forms.DateField(
        label="Date of the extract",
        help_text="The day on which the case system gave the file.",
        widget=DateInput(),
        error_messages={"required": "Give the date of the extract."},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=200, error_messages={"required": "Give a reason."})


class CloseForm(ReasonForm):
    closed_on = forms.DateField(label="Day on which the case closed", widget=DateInput())


class ClearanceForm(ReasonForm):
    user = PersonField(label="Work e-mail address of the person")
    review_on = forms.DateField(
        label="Last day",
        required=False,
        widget=DateInput(),
        help_text=f"At most {CLEARANCE_DAYS} days ahead, which is what you get when you leave it empty.",
    )

    field_order = ("user", "reason", "review_on")
