"""When somebody wants their e-mails, and what became of those that left."""

from datetime import time
from typing import Any

from django import forms

from qaframework.notices.email import MESSAGE_ID
from qaframework.rules.quiet_hours import QuietHours

NONE = "none"
FAILURES = {
    "permanent-failure": "there is no such mailbox",
    "temporary-failure": "the mailbox is full, or its server could not be reached for three days",
    "technical-failure": "GOV.UK Notify could not send it",
}
HOURS = [time(hour) for hour in range(24)]
DIGEST_HOURS = range(6, 20)


def _clock(moment: time) -> str:
    return f"{moment.hour % 12 or 12}{'am' if moment.hour < 12 else 'pm'}"


def _choices(empty: str, hours: list[time]) -> list[tuple[str, str]]:
    named = {time(0): "midnight", time(12): "midday"}
    return [(NONE, empty), *((hour.isoformat(), named.get(hour, _clock(hour))) for hour in hours)]


def _hour(value: str) -> time | None:
    return None if value == NONE else time.fromisoformat(value)


class HourField(forms.TypedChoiceField):
    """A full hour of the day, or None for the first choice."""

    def __init__(self, *, empty: str, hours: list[time], **kwargs: Any) -> None:
        super().__init__(choices=_choices(empty, hours), coerce=_hour, initial=NONE, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if value is None:
            return NONE
        return value.isoformat() if isinstance(value, time) else value


class PreferenceForm(forms.Form):
    """Its cleaned data has ``digest_at`` (a time or None) and ``quiet`` (QuietHours)."""

    digest_at = HourField(
        empty="At once, each on its own",
        hours=[time(hour) for hour in DIGEST_HOURS],
        label="E-mails come",
        help_text="Choose an hour to get one e-mail a day with all that is not urgent. Invitations to "
        "meetings still come at once.",
    )
    quiet_from = HourField(empty="No quiet hours", hours=HOURS, label="No e-mails from")
    quiet_until = HourField(empty="No quiet hours", hours=HOURS, label="Until")
    quiet_on_days_off = forms.BooleanField(
        required=False, label="No e-mails at weekends, on bank holidays and when our offices are closed"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begin, end = data.get("quiet_from"), data.get("quiet_until")
        if begin is not None and end is None:
            self.add_error("quiet_until", "Say until when no e-mails are to come.")
        elif end is not None and begin is None:
            self.add_error("quiet_from", "Say from when no e-mails are to come.")
        elif begin is not None and begin == end:
            self.add_error("quiet_until", "Choose another hour than the one at which the quiet begins.")
        else:
            data["quiet"] = QuietHours(begin, end, data["quiet_on_days_off"])
        return data


class ReferenceField(forms.CharField):
    """A Message-ID of ours; its value is the notice's key."""

    def clean(self, value: Any) -> int:
        found = MESSAGE_ID.search(super().clean(value))
        if found is None:
            raise forms.ValidationError("This is no reference of one of our e-mails.")
        return int(found[1])


class ReceiptForm(forms.Form):
    """What GOV.UK Notify says about one e-mail."""

    reference = ReferenceField()
    status = forms.CharField(max_length=40)

    @property
    def has_failed(self) -> bool:
        return self.cleaned_data["status"] in FAILURES

    @property
    def reason(self) -> str:
        return FAILURES[self.cleaned_data["status"]]
