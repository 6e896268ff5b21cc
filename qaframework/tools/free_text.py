"""Forms whose texts are read by many, and must let nobody be recognised."""

from datetime import date
from typing import Any

from django import forms

from qaframework.rules.identifiers import IN_WORDS, likely_identifiers


class FreeTextForm(forms.Form):
    """Free text that may name somebody: it is sent once its writer has said that it does not."""

    texts: tuple[str, ...] = ()

    nobody_named = forms.BooleanField(
        label="I have read this again: nobody can be recognised from it", required=False
    )

    def __init__(self, *args: Any, today: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.today = today
        asked = self.fields.pop("nobody_named")
        if self.is_bound and self._suspicions():
            self.fields["nobody_named"] = asked

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "nobody_named" in self.fields and not data.pop("nobody_named", False):
            found = ", ".join(self._suspicions())
            self.add_error(
                "nobody_named",
                f"This may identify somebody: {found}. Use the case reference and roles instead, or say that "
                "nobody can be recognised.",
            )
        return data

    def _suspicions(self) -> list[str]:
        texts = (str(self.data.get(self.add_prefix(name), "")) for name in self.texts)
        found = (one for text in texts for one in likely_identifiers(text, today=self.today))
        return list(dict.fromkeys(f"{IN_WORDS[one.kind]} (“{one.excerpt}”)" for one in found))
