"""What people type about good practice, and the warning when it may identify somebody."""

import hashlib
from datetime import date
from typing import Any

from django import forms

from audits.models.good_practice import LONGEST_TITLE
from audits.workflow import Naming, Telling
from qaframework.people.forms import DateInput, PersonField
from qaframework.people.models import User
from qaframework.rules.identifiers import IN_WORDS, Finding, likely_identifiers
from qaframework.tools.building.texts import Topics
from qaframework.tools.long_text import LongText

CHECK_AGAIN = (
    "Something here may identify somebody. Look at it again, and send the form once more if it may stay."
)


class TellingForm(forms.Form):
    """An entry of the library.

    What looks like a name, a number or an address is shown before it is kept, and kept when the same text is
    sent again: a warning, never a refusal.
    """

    title = forms.CharField(
        label="Title",
        max_length=LONGEST_TITLE,
        help_text="What a colleague would look for, such as “Bringing fathers into safety planning”.",
        error_messages={"required": "Give it a title."},
    )
    what_was_done = LongText(
        label="What was done",
        rows=6,
        help_text="So that others can do the same. Leave out what only fits one family.",
        error_messages={"required": "Say what was done."},
    )
    why_it_helped = LongText(
        label="Why it helped",
        rows=4,
        help_text="What became better for the child.",
        error_messages={"required": "Say why it helped."},
    )
    topics = Topics(
        label="Topics",
        help_text="Up to five with commas between them, such as fathers, voice of the child.",
        required=False,
    )
    is_named = forms.BooleanField(
        label="Name the practitioner, who was asked and has agreed",
        required=False,
        help_text="Otherwise nobody reads whose work it was.",
    )
    asked_by = PersonField(
        label="Work e-mail address of whoever asked them",
        help_text="Only when the practitioner is named.",
        required=False,
    )
    agreed_on = forms.DateField(
        label="Day on which they agreed",
        help_text="Only when the practitioner is named.",
        widget=DateInput(),
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    read = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, initial: dict[str, Any], worker: User | None, today: date) -> None:
        super().__init__(data, initial=initial)
        self.worker, self.today = worker, today
        self.findings: list[tuple[str, Finding]] = []
        if worker is None:
            for name in ("is_named", "asked_by", "agreed_on"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("is_named"):
            if not said.get("asked_by") and "asked_by" not in self.errors:
                self.add_error("asked_by", "Give the e-mail address of whoever asked the practitioner.")
            if not said.get("agreed_on") and "agreed_on" not in self.errors:
                self.add_error("agreed_on", "Give the day on which the practitioner agreed.")
        self.findings = self._findings(said)
        if self.findings and self.mark != said.get("seen"):
            self._warn()
        return said

    def _findings(self, said: dict[str, Any]) -> list[tuple[str, Finding]]:
        """In which field what stands that may identify somebody."""
        return [
            (name, finding)
            for name in ("title", "what_was_done", "why_it_helped")
            for finding in likely_identifiers(said.get(name) or "", today=self.today)
            if not self._is_agreed(finding, said)
        ]

    def _warn(self) -> None:
        """Show each place once; what is sent next says that these were shown."""
        self.add_error(None, CHECK_AGAIN)
        for name, finding in self.findings:
            self.add_error(name, f"“{finding.excerpt}” looks like {IN_WORDS[finding.kind]}.")
        self.data = {**self.data.dict(), "seen": self.mark}  # type: ignore[attr-defined]

    @property
    def mark(self) -> str:
        """Stands for what was found; other findings have another."""
        return hashlib.sha256(repr(self.findings).encode()).hexdigest()[:16]

    def telling(self) -> Telling:
        """The form must be valid."""
        said = self.cleaned_data
        return Telling(said["title"], said["what_was_done"], said["why_it_helped"], said["topics"])

    def naming(self) -> Naming | None:
        """The form must be valid."""
        said = self.cleaned_data
        return Naming(said["asked_by"], said["agreed_on"]) if said.get("is_named") else None

    def _is_agreed(self, finding: Finding, said: dict[str, Any]) -> bool:
        """The practitioner’s own name may stand where they agreed."""
        return bool(said.get("is_named")) and self.worker is not None and finding.excerpt in str(self.worker)


class ProposeForm(forms.Form):
    why = LongText(
        label="What can others learn from it?",
        help_text="Name no child and no member of staff.",
        error_messages={"required": "Say what others can learn from it."},
    )


class WithdrawForm(forms.Form):
    reason = LongText(
        label="Why is it withdrawn?",
        help_text="The quality assurance team can read it later.",
        rows=3,
        error_messages={"required": "Say why it is withdrawn."},
    )


class SetAsideForm(forms.Form):
    question = forms.SlugField(max_length=60, required=False)
