"""The style guide: every component once, with invented data, to look at while designing."""

from typing import Any

from django import forms
from django.views.generic import TemplateView

from reporting import charts

GRADES = {
    "outstanding": "Outstanding",
    "good": "Good",
    "requires_improvement": "Requires improvement",
    "inadequate": "Inadequate",
}


def _row(label: str, *counts: int) -> charts.StackedRow:
    parts = [charts.Part(key, GRADES[key], count) for key, count in zip(GRADES, counts, strict=True)]
    return charts.StackedRow(label, tuple(parts))


class SampleForm(forms.Form):
    meeting_on = forms.DateField(
        label="When do you meet?",
        help_text="For example, 10 November 2026.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    grade = forms.ChoiceField(
        label="Overall grade",
        help_text="Judge the impact on the child, not the number of ticks.",
        choices=list(GRADES.items()),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Why this grade?", widget=forms.Textarea(attrs={"rows": 4}))
    present = forms.MultipleChoiceField(
        label="Who took part?",
        choices=[("practitioner", "Practitioner"), ("manager", "Line manager"), ("family", "Family")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    team = forms.ChoiceField(label="Team", choices=[("", "Choose a team"), ("north", "North duty team")])
    register = forms.FileField(label="Case register", help_text="A CSV or XLSX file.", required=False)
    told = forms.BooleanField(label="I have told the practitioner and their manager")


class StyleGuideView(TemplateView):
    template_name = "style_guide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            crumbs=[{"label": "Home", "url": "#"}, {"label": "Audits", "url": "#"}],
            grades=GRADES.items(),
            states=["allocated", "in_progress", "submitted", "sent_back", "moderating", "final", "late"],
            steps=[
                {"label": "Allocated", "state": "done", "detail": "1 Oct 2026"},
                {"label": "Meeting held", "state": "done", "detail": "20 Oct 2026"},
                {"label": "Submitted", "state": "current", "detail": "due 13 Nov 2026"},
                {"label": "Moderated", "state": "next"},
                {"label": "Final", "state": "next"},
            ],
            facts=[
                {"label": "Case", "value": "C-10427", "url": "#"},
                {"label": "Plan", "value": "Child protection plan"},
                {"label": "Overall grade", "value": "Good", "grade": "good"},
                {"label": "State", "value": "Submitted", "status": "submitted"},
                {"label": "Meeting", "value": "20 October 2026, 2pm", "change_url": "#"},
            ],
            columns=[
                {"label": "Case"},
                {"label": "Auditor"},
                {"label": "Due"},
                {"label": "State"},
                {"label": "Grade"},
                {"label": "Actions", "numeric": True},
            ],
            rows=[
                _audit("C-10427", "Morgan Ashdown", "13 Nov 2026", "in_progress", "", 0),
                _audit("C-10583", "Priya Wexcombe", "6 Nov 2026", "late", "", 2),
                _audit("C-10019", "Tomasz Larkfield", "30 Oct 2026", "moderating", "inadequate", 5),
                _audit("C-10266", "Ada Merriden", "30 Oct 2026", "final", "outstanding", 1),
            ],
            tasks=[
                {"label": "Voice and lived experience", "url": "#", "status": "done"},
                {
                    "label": "Planning and review",
                    "url": "#",
                    "status": "in_progress",
                    "hint": "3 of 8 answered",
                },
                {"label": "Overall grade and impact", "status_label": "Cannot start yet"},
            ],
            tabs=[
                {"label": "To do", "url": "#", "current": True, "count": 4},
                {"label": "Submitted", "url": "#", "count": 12},
                {"label": "All", "url": "#"},
            ],
            form=SampleForm(),
            wrong_form=SampleForm({"reason": "", "meeting_on": "soon"}, prefix="wrong"),
            stacked=charts.stacked_bars(
                [
                    _row("Family safeguarding", 4, 31, 18, 3),
                    _row("Children in care", 6, 22, 9, 1),
                    _row("Children with disabilities", 1, 5, 6, 0),
                    _row("Front door", 0, 0, 0, 0),
                ]
            ),
            line=charts.line_with_interval(
                [
                    charts.Point("Dec", 55, 39, 70, 38),
                    charts.Point("Jan", 52, 36, 67, 36),
                    charts.Point("Feb", 58, 43, 72, 41),
                    charts.Point("Mar", 61, 46, 74, 44),
                    charts.Point("Apr", 49, 33, 65, 33),
                    charts.Point("May", 60, 45, 73, 43),
                    charts.Point("Jun", 63, 48, 76, 42),
                    charts.Point("Jul", 66, 51, 78, 44),
                    charts.Point("Aug", None, None, None, 3),
                    charts.Point("Sep", 62, 47, 75, 40),
                    charts.Point("Oct", 68, 53, 80, 44),
                    charts.Point("Nov", 65, 50, 77, 43),
                ]
            ),
            bars=charts.bars(
                [
                    charts.BarRow("Team managers", 34, "34 of 40", target=40),
                    charts.BarRow("Service managers", 12, "12 of 12", target=12),
                    charts.BarRow("Heads of service", 3, "3 of 6", target=6),
                ]
            ),
            **kwargs,
        )


def _audit(case: str, auditor: str, due: str, state: str, grade: str, actions: int) -> list[Any]:
    words = {"status": state, "text": state.replace("_", " ").capitalize()}
    graded = {"grade": grade, "text": GRADES[grade]} if grade else "Not graded yet"
    return [{"text": case, "url": "#"}, auditor, due, words, graded, actions]
