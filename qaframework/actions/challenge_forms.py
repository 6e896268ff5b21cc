"""What people type about alerts and disputes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from qaframework.actions.models import Challenge, ChallengeAnswer
from qaframework.packs.definition import ChallengeKind, ChallengeRules
from qaframework.people.forms import DateInput, FilterForm, offer
from qaframework.people.models import Unit
from qaframework.tools.free_text import FreeTextForm
from qaframework.tools.long_text import LongText

CASE_UNKNOWN = (
    "There is no open case with this reference about which you can raise something. Check the reference with "
    "the child’s record. If it is right, ask the quality assurance team."
)


class CaseReferenceForm(forms.Form):
    reference = forms.CharField(
        label="Case reference",
        max_length=20,
        help_text="As in the case system. Nothing is sent yet.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"required": "Type the reference of the child’s case."},
    )


class RaiseForm(FreeTextForm):
    texts = ("what", "wanted")

    kind = forms.ChoiceField(
        label="What do you raise?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you raise."},
    )
    themes = forms.MultipleChoiceField(
        label="What is it about?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose all that apply.",
        error_messages={"required": "Choose what it is about: one theme or several."},
    )
    what = LongText(
        label="What is wrong?",
        help_text="What you saw or read, since when, and what it means for the child. No names.",
        rows=5,
        error_messages={"required": "Say what is wrong, so that it can be looked into."},
    )
    wanted = LongText(
        label="What should happen?",
        help_text="For the child, and by when.",
        rows=3,
        error_messages={"required": "Say what should happen, so that whoever answers can act on it."},
    )
    is_urgent = forms.BooleanField(label="The child may not be safe", required=False)

    def __init__(
        self, rules: ChallengeRules, kinds: Sequence[ChallengeKind], *args: Any, today: date, **kw: Any
    ) -> None:
        super().__init__(*args, today=today, **kw)
        self.kinds = {kind.key: kind for kind in kinds}
        offer(self, "kind", [(kind.key, _with_first_stage(kind)) for kind in kinds])
        offer(self, "themes", rules.themes.items())
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0].key
        urgent = [kind for kind in kinds if kind.urgent_stage > 1]
        if urgent:
            begins = "; ".join(f"{one.label}: {one.stage(one.urgent_stage).label}" for one in urgent)
            self.fields["is_urgent"].help_text = (
                f"Then it does not begin with the first stage. {begins}. If the child is in danger now, ring "
                "the manager or the police first."
            )
        else:
            del self.fields["is_urgent"]
        self.order_fields(["kind", "themes", "what", "wanted", "is_urgent", "nobody_named"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = self.kinds.get(data.get("kind", ""))
        if data.get("is_urgent") and kind and kind.urgent_stage == 1:
            self.add_error(
                "is_urgent", f"{kind.label} always begins with its first stage. Choose another kind above."
            )
        return {"is_urgent": False, **data}


def _with_first_stage(kind: ChallengeKind) -> str:
    """For instance “Dispute (with the team manager)”."""
    first = kind.stage(1).label
    return f"{kind.label} ({first[0].lower()}{first[1:]})"


class AnswerForm(FreeTextForm):
    texts = ("found", "done")

    found = LongText(
        label="What did you find when you looked into it?",
        rows=4,
        error_messages={"required": "Say what you found when you looked into it."},
    )
    done = LongText(
        label="What have you done, or will do, and by when?",
        rows=4,
        error_messages={"required": "Say what you have done, or will do and by when."},
    )
    agreed = forms.ChoiceField(
        label="Do you agree with what was raised?",
        choices=ChallengeAnswer.Agreed.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether you agree with what was raised."},
    )


class SettleForm(FreeTextForm):
    texts = ("outcome", "difference_made")

    outcome = LongText(
        label="What came out of it?",
        rows=3,
        error_messages={"required": "Say what came out of it."},
    )
    difference_made = LongText(
        label="What has changed for the child?",
        help_text="If nothing has yet, say so and what you expect.",
        rows=3,
        error_messages={"required": "Say what has changed for the child, or that nothing has yet."},
    )


class WhyForm(FreeTextForm):
    """Why it goes further or is withdrawn; ``label`` asks for it. It carries what ran when it was read."""

    texts = ("reason",)

    reason = LongText(
        rows=3,
        error_messages={"required": "Say why, so that whoever reads it next knows."},
    )
    seen_clock = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, challenge: Challenge, *args: Any, label: str, today: date, **kw: Any) -> None:
        super().__init__(*args, today=today, **kw)
        self.fields["reason"].label = label
        self.initial["seen_clock"] = challenge.clock_id


class FollowUpForm(forms.Form):
    followed_up_on = forms.DateField(
        label="When did you talk about it in supervision?",
        widget=DateInput(),
        error_messages={"required": "Say on which day you talked about it."},
    )


class ChallengeFilter(FilterForm):
    """All optional; an address without filters shows what is not settled."""

    kind = forms.ChoiceField(label="Kind", required=False)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Not settled"), *Challenge.State.choices, ("all", "All")],
    )
    theme = forms.ChoiceField(label="Theme", required=False)
    unit = forms.ChoiceField(label="Unit", required=False)

    def __init__(self, rules: Sequence[ChallengeRules], units: Sequence[Unit], *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        kinds = {key: kind.label for one in rules for key, kind in one.kinds.items()}
        themes = {key: label for one in rules for key, label in one.themes.items()}
        offer(self, "kind", [("", "All"), *kinds.items()])
        offer(self, "theme", [("", "All"), *themes.items()])
        offer(self, "unit", [("", "All"), *((str(unit.pk), unit.name) for unit in units)])
