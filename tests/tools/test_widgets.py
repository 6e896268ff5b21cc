"""How questions are asked on the page and in the rows of a table."""

from django import forms

from qaframework.tools.definition import Question, QuestionType
from qaframework.tools.widgets import widget_for, widget_in_row

SCALE = Question(
    "fair",
    "Was it fair?",
    QuestionType.SCALE,
    minimum=0,
    maximum=10,
    anchors=((0, "Not at all"), (10, "Fully")),
)


def test_a_scale_says_what_its_points_mean():
    asked = widget_for(SCALE, {})
    assert isinstance(asked, forms.RadioSelect)
    assert [label for _, label in asked.choices][::5] == ["0 – Not at all", "5", "10 – Fully"]


def test_in_a_table_a_scale_drops_down():
    asked = widget_in_row(SCALE, {})
    assert type(asked) is forms.Select
    assert list(asked.choices)[:2] == [("", ""), ("0", "0 – Not at all")]
    assert len(list(asked.choices)) == 12
