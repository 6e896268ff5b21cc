"""Free text in a form that is not a tool."""

from typing import Any

from django import forms

from qaframework.tools.values import LONGEST_TEXT


class LongText(forms.CharField):
    """Several lines, with the line ends that scripts send too, so that the same text is always the same."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=LONGEST_TEXT, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(text) or ""
