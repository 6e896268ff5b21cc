"""What people type in and around an audit: the meeting, the judgement, the practitioner's view, advice."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms

from audits.models import AuditMeeting, CaseAudit
from audits.workflow.meetings import LONGEST_MEETING, MEETING_LENGTH, SHORTEST_MEETING
from qaframework.allocation.workflow import activity_of
from qaframework.people.forms import DateInput, offer
from qaframework.rules.working_days import at_local_time, to_london
from qaframework.tools.conditions import Condition
from qaframework.tools.definition import ToolDefinition
from qaframework.tools.forms import conditions_for_script
from qaframework.tools.long_text import LongText

GRADE_FIELDS = (
    "overall_grade",
    "grade_reason",
    "unmet_indicators_reason",
    "worker_grade",
    "worker_view",
    "agreement",
)


class Choice(forms.ChoiceField):
    """One of a few, as buttons; the choices may come later."""

    def __init__(self, *, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(choices=list(choices), widget=forms.RadioSelect, **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MeetingForm(forms.Form):
    """Times are local (Europe/London)."""

    day = forms.DateField(
        label="Day", widget=DateInput(), error_messages={"invalid": "Enter a day, such as 10/12/2026."}
    )
    time = forms.TimeField(
        label="Time",
        widget=TimeInput(),
        input_formats=["%H:%M", "%H.%M"],
        error_messages={"invalid": "Enter a time, such as 14:00."},
    )
    minutes = forms.IntegerField(
        label="How many minutes",
        min_value=SHORTEST_MEETING,
        max_value=LONGEST_MEETING,
        error_messages={
            "invalid": "Enter a whole number of minutes, such as 90.",
            "min_value": MEETING_LENGTH,
            "max_value": MEETING_LENGTH,
        },
    )
    place = forms.CharField(
        label="Where",
        max_length=120,
        help_text="A room, or “video call”. No family's address.",
    )

    def __init__(self, *args: Any, today: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise forms.ValidationError("This day has passed. Give a day from today on.")
        return day

    @classmethod
    def starting_from(cls, meeting: AuditMeeting | None, minutes: int, *, today: date) -> "MeetingForm":
        """What a page starts with: the present meeting, or the tool's usual length."""
        if meeting is None:
            return cls(initial={"minutes": minutes}, today=today)
        local = to_london(meeting.starts_at)
        return cls(
            today=today,
            initial={
                "day": local.date(),
                "time": local.time(),
                "minutes": meeting.minutes,
                "place": meeting.place,
            },
        )

    @property
    def starts_at(self) -> datetime:
        return at_local_time(self.cleaned_data["day"], self.cleaned_data["time"])


class CancelMeetingForm(forms.Form):
    reason = forms.CharField(
        label="Why is the meeting cancelled?",
        max_length=300,
        help_text="The other person reads this.",
    )


class PreparationForm(forms.Form):
    """What the practitioner has ready, by the list of the pack."""

    mark_optional = False

    ready = forms.MultipleChoiceField(
        label="What is ready?",
        help_text="Tick what you have done. You can come back to it.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, audit: CaseAudit, data: Any = None) -> None:
        super().__init__(data, initial={"ready": list(audit.preparation)})
        asked = activity_of(audit.assignment).preparation
        offer(self, "ready", [(one.key, one.label) for one in asked])


class JudgementForm(forms.Form):
    """The judgement, saved part by part; nothing is required until the audit is submitted.

    ``save_url`` is where a single field is saved as it is typed. ``asked_if`` says for the page's script
    which choice asks for which reason, as audits.readiness does when the audit is submitted.
    """

    mark_optional = False

    worker_took_part = Choice(
        label="Did the {practitioner} take part?", required=False, choices=CaseAudit.Involvement.choices
    )
    not_involved_reason = LongText(label="If not, why?", required=False, rows=2)
    impact = LongText(
        label="What difference has the work made for the child?",
        help_text="Say what the child would notice, and how you both know. If it made none yet, say so.",
        required=False,
        rows=5,
    )
    overall_grade = Choice(label="Overall grade", required=False)
    grade_reason = LongText(
        label="Why this grade?",
        help_text="Start from the difference made for the child, and name what you saw.",
        required=False,
    )
    unmet_indicators_reason = LongText(label="Why is it still good or better?", required=False, rows=3)
    worker_grade = Choice(label="How does the {practitioner} grade the work?", required=False)
    worker_view = LongText(
        label="The {practitioner}’s view", help_text="In their own words.", required=False, rows=3
    )
    agreement = Choice(
        label="Do you both agree on the grade?", required=False, choices=CaseAudit.Agreement.choices
    )

    def __init__(
        self,
        audit: CaseAudit,
        data: Any = None,
        *,
        practitioner: str,
        in_person: bool = False,
        has_unmet_indicators: bool = False,
        save_url: str = "",
    ) -> None:
        definition = audit.answer_set.tool_version.definition
        super().__init__(data, initial={name: getattr(audit, name) for name in self.base_fields})
        self.asked_if = _reasons_asked_if(definition, in_person=in_person)
        if in_person:
            self.fields["not_involved_reason"].label = "If it was not held in person, why?"
        if not definition.overall_graded:
            for name in GRADE_FIELDS:
                del self.fields[name]
        elif not has_unmet_indicators and not audit.unmet_indicators_reason:
            del self.fields["unmet_indicators_reason"]
        offer_grades(self, definition, "overall_grade", "worker_grade")
        _name_practitioner(self, practitioner)
        if save_url:
            _save_as_typed(self, save_url, audit.version)


def _reasons_asked_if(definition: ToolDefinition, *, in_person: bool) -> dict[str, str]:
    Involvement = CaseAudit.Involvement
    explained = (Involvement.NO, Involvement.BY_CALL) if in_person else (Involvement.NO,)
    asked_if = {"not_involved_reason": (Condition("worker_took_part", options=explained),)}
    if definition.scheme:
        scheme = definition.scheme.scheme
        good = tuple(grade.key for grade in scheme.grades if scheme.is_good_or_better(grade.key))
        asked_if["unmet_indicators_reason"] = (Condition("overall_grade", options=good),)
    return {name: conditions_for_script(conditions) for name, conditions in asked_if.items()}


class WorkerViewForm(forms.Form):
    worker_grade = Choice(
        label="How would you grade the work?",
        help_text="By the difference it has made for the child.",
        error_messages={"required": "Choose the grade that you would give."},
    )
    worker_view = LongText(
        label="What is your view?",
        help_text="What went well, what was hard, and what you would want the auditor to know.",
        rows=6,
        error_messages={"required": "Say in your own words how you see it."},
    )

    def __init__(self, audit: CaseAudit, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(audit, name) for name in self.base_fields})
        offer_grades(self, audit.answer_set.tool_version.definition, "worker_grade")


class LiveViewForm(WorkerViewForm):
    """The same, saved part by part as it is typed: nothing is required yet."""

    mark_optional = False

    def __init__(self, audit: CaseAudit, data: Any = None, *, save_url: str = "") -> None:
        super().__init__(audit, data)
        for field in self.fields.values():
            field.required = False
        if save_url:
            _save_as_typed(self, save_url, audit.version)


class ReflectionForm(forms.Form):
    offered_on = forms.DateField(
        label="When did you offer it?",
        widget=DateInput(),
        error_messages={
            "required": "Enter the day on which you offered it.",
            "invalid": "Enter a day, such as 10/12/2026.",
        },
    )
    outcome = LongText(
        label="What came of it?",
        help_text="When you met and what you took from it, or why it did not take place yet.",
        error_messages={"required": "Say what came of the offer, or that it waits for an answer."},
    )


class CommentForm(forms.Form):
    comment = LongText(
        label="What would you like to add?",
        help_text="The auditor, your manager and the quality assurance team can read it.",
        rows=6,
        error_messages={"required": "Write your comment."},
    )


class AdviceForm(forms.Form):
    auditor_reason = LongText(
        label="The auditor's reasons",
        help_text="Why you would give the grade that you chose.",
        error_messages={"required": "Give the auditor's reasons."},
    )
    worker_reason = LongText(
        label="The {practitioner}’s reasons",
        help_text="Write them together, so that both views are told fairly.",
        error_messages={"required": "Give the practitioner's reasons."},
    )

    def __init__(self, audit: CaseAudit, data: Any = None, *, practitioner: str) -> None:
        initial = {"auditor_reason": audit.grade_reason, "worker_reason": audit.worker_view}
        super().__init__(data, initial=initial)
        _name_practitioner(self, practitioner)


def _save_as_typed(form: forms.Form, save_url: str, version: int) -> None:
    for name, field in form.fields.items():
        url = f"{save_url}?{urlencode({'question_key': name})}"
        field.widget.attrs |= {
            "data-autosave-url": url,
            "data-answer-version": str(version),
            "data-question-key": name,
        }


def _name_practitioner(form: forms.Form, practitioner: str) -> None:
    """Call them in labels what the authority calls them."""
    for field in form.fields.values():
        field.label = str(field.label).format(practitioner=practitioner)


def offer_grades(form: forms.Form, definition: ToolDefinition, *names: str) -> None:
    """Give those of the named fields that the form has the grades of the tool, if it has any."""
    if definition.scheme is None:
        return
    grades = [(grade.key, grade.label) for grade in definition.scheme.scheme.grades]
    for name in names:
        if name in form.fields:
            offer(form, name, grades)
