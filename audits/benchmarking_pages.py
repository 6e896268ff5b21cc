"""What the pages of a benchmarking exercise show: the group, all grades, what was agreed (SAN-23)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from audits.benchmarking_access import opened_exercises
from audits.models import BenchmarkedSection, BenchmarkingAudit, BenchmarkingExercise
from audits.workflow.benchmarking import title_of
from qaframework.allocation.reading import holder_names
from qaframework.allocation.wording import state_tag
from qaframework.people.models import User
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import due_in_words, short_date, uk_date, unbroken
from qaframework.rules.benchmarking import Comparison, compare, steps_apart
from qaframework.rules.grades import GradeScheme
from qaframework.rules.statistics import FEWEST_PAIRS_FOR_KAPPA, share
from qaframework.rules.working_days import local_date
from qaframework.tools.definition import Section, ToolDefinition
from qaframework.tools.reading import answered_sections

Row = list[Any]
Fact = dict[str, Any]

OVERALL = "overall grade"  # a key with a space, which no section can have
WAIT_FOR_RESULT = "You can read the grades and the result here when the group has agreed."
FORMS_CLOSED = (
    "Nobody reads what the others wrote until all forms are in or the last day has passed, so that each "
    "judges alone. Whoever is late reads the others’ once their own is in."
)


@dataclass(frozen=True)
class ReadForm:
    """One form that the reader may read: by whom, with the grade of each section and overall, by key."""

    audit: BenchmarkingAudit
    name: str
    values: Mapping[str, Any]
    grades: Mapping[str, str]


@dataclass(frozen=True)
class Collated:
    """All forms of an exercise beside each other, as far as they may be read."""

    tool: ToolDefinition
    scheme: GradeScheme
    forms: Sequence[ReadForm]
    agreed: Mapping[str, BenchmarkedSection]
    agreed_overall: str

    @property
    def graded(self) -> list[Section]:
        return [section for section in self.tool.sections if section.graded]

    @property
    def compared(self) -> Comparison | None:
        """The forms against what was agreed so far; None while nothing is."""
        agreed = {key: one.agreed_grade for key, one in self.agreed.items()}
        if self.agreed_overall:
            agreed[OVERALL] = self.agreed_overall
        return (
            compare(self.scheme, {one.audit.pk: one.grades for one in self.forms}, agreed) if agreed else None
        )

    def grades_of(self, key: str) -> list[str]:
        return [form.grades[key] for form in self.forms if key in form.grades]

    def label(self, grade: str) -> str:
        return self.scheme.grade(grade).label

    def tag(self, grade: str | None) -> Any:
        return {"grade": grade, "text": self.label(grade)} if grade else "–"


def collate(exercise: BenchmarkingExercise, user: User, on: date) -> Collated | None:
    """What was handed in, side by side; None while the forms are closed to the person. Five queries."""
    if not opened_exercises(user, on).filter(pk=exercise.pk).exists():
        return None
    related = ("answer_set__tool_version", "auditor", "assignment__post")
    audits = list(
        exercise.audits.handed_in()
        .select_related(*related)
        .prefetch_related("answer_set__submissions")
        .order_by("-leads", "pk")
    )
    if not audits:
        return None
    tool = audits[0].answer_set.tool_version.definition
    assert tool.scheme is not None
    return Collated(
        tool=tool,
        scheme=tool.scheme.scheme,
        forms=[_read_form(audit, tool) for audit in audits],
        agreed={one.section: one for one in exercise.sections.all()},
        agreed_overall=exercise.agreed_grade,
    )


def _read_form(audit: BenchmarkingAudit, tool: ToolDefinition) -> ReadForm:
    handed_in = max(audit.answer_set.submissions.all(), key=lambda one: one.revision)
    known = {grade.key for grade in tool.scheme.scheme.grades} if tool.scheme else set()
    grades = {
        section.key: handed_in.answers[section.grade_key]
        for section in tool.sections
        if section.graded and handed_in.answers.get(section.grade_key) in known
    }
    return ReadForm(audit, str(audit.auditor), handed_in.answers, {**grades, OVERALL: audit.overall_grade})


# One exercise


def facts(exercise: BenchmarkingExercise, today: date) -> list[Fact]:
    rows: list[Fact] = [
        {"label": "Case", "value": exercise.case.child_ref},
        {"label": "Set up by", "value": f"{exercise.set_up_by}, {uk_date(exercise.set_up_at)}"},
        {"label": "The group meets on", "value": uk_date(exercise.meets_on)},
        {"label": "State", "value": state(exercise)["text"], "status": state(exercise)["status"]},
    ]
    if exercise.finished_at:
        written = f"{exercise.finished_by}, {uk_date(exercise.finished_at)}"
        rows.append({"label": "Result written down by", "value": written})
    if exercise.call_off_reason:
        rows.append({"label": "Why it was called off", "value": exercise.call_off_reason})
    return rows


def state(exercise: BenchmarkingExercise) -> dict[str, str]:
    if exercise.called_off_at:
        return {"status": "cancelled", "text": "Called off"}
    if exercise.finished_at:
        return {"status": "agreed", "text": "Agreed"}
    return {"status": "in_progress", "text": "Under way"}


def group_table(
    exercise: BenchmarkingExercise, collated: Collated | None, user: User, today: date, *, moves: bool
) -> dict[str, Any]:
    """Who takes part, and who has handed in, but never what; links to the forms once they are open. With
    ``moves`` also where their work is moved or withdrawn."""
    audits = list(
        exercise.audits.in_group().select_related("assignment__post", "auditor").order_by("-leads", "pk")
    )
    names = holder_names([one.assignment.post_id for one in audits], today)
    labels = ["Who", "Part", "Form", *(["Change"] if moves else [])]
    return {
        "columns": columns(*labels),
        "rows": [
            [
                _who(one, names, is_open=collated is not None),
                _part(one),
                _handed_in(one, today),
                *([_moves(one)] if moves else []),
            ]
            for one in audits
        ],
    }


def _who(audit: BenchmarkingAudit, names: Mapping[int, str], *, is_open: bool) -> Any:
    post = audit.assignment.post
    name = str(audit.auditor or names.get(post.pk) or "Nobody holds the post now")
    said = f"{name}, {post.title}"
    if is_open and not audit.is_open:
        return {"text": said, "url": reverse("audits:benchmarking_read", args=[audit.pk])}
    return said


def _part(audit: BenchmarkingAudit) -> str:
    parts = ["Moderator" if audit.leads else "Audits"]
    if audit.meets_worker:
        parts.append("meets the practitioner")
    return ", ".join(parts)


def _handed_in(audit: BenchmarkingAudit, today: date) -> Any:
    assignment = audit.assignment
    if assignment.submitted_at is None:
        due = f"due {short_date(assignment.due_on)}" if assignment.due_on else ""
        tag = state_tag(assignment, today)
        return {**tag, "text": f"{tag['text']}, {due}"}
    is_late = assignment.due_on is not None and local_date(assignment.submitted_at) > assignment.due_on
    how = "Handed in late" if is_late else "Handed in"
    return {
        "status": "extended" if is_late else "completed",
        "text": f"{how}, {short_date(assignment.submitted_at)}",
    }


def _moves(audit: BenchmarkingAudit) -> Any:
    if not audit.is_open:
        return "–"
    return {
        "text": "Move or withdraw",
        "url": reverse("allocation:reallocate", args=[audit.assignment_id]),
    }


def grid(collated: Collated) -> dict[str, Any]:
    """Sections by auditors, how far apart they were, and what was agreed. The auditors come last: where there
    are many, the table is wider than the page."""
    agreed = {key: one.agreed_grade for key, one in collated.agreed.items()}
    lines = [(section.key, section.title) for section in collated.graded] + [(OVERALL, "Overall")]
    agreed[OVERALL] = collated.agreed_overall
    names = [form.name for form in collated.forms]
    return {
        "columns": columns("Section", "How far apart", "Agreed", *names),
        "rows": [
            [
                title,
                apart(collated, key),
                collated.tag(agreed.get(key)),
                *(collated.tag(form.grades.get(key)) for form in collated.forms),
            ]
            for key, title in lines
        ],
    }


def apart(collated: Collated, key: str) -> dict[str, str]:
    """How far the grades of a section lie apart, in words with a colour."""
    steps = steps_apart(collated.scheme, collated.grades_of(key))
    if steps is None:
        return {"status": "planned", "text": unbroken("Too few grades")}
    if steps == 0:
        return {"status": "alike", "text": unbroken("All the same")}
    if steps == 1:
        return {"status": "a_step_apart", "text": unbroken("1 step apart")}
    return {"status": "far_apart", "text": unbroken(f"{steps} steps apart")}


def agreed_table(exercise: BenchmarkingExercise, collated: Collated, *, writes: bool) -> dict[str, Any]:
    """What was agreed on each section and what the talk turned on; with ``writes`` where to write it down."""
    labels = ["Section", "Agreed", "What the talk turned on", *(["Change"] if writes else [])]
    rows = []
    for section in collated.graded:
        one = collated.agreed.get(section.key)
        row: Row = [
            section.title,
            collated.tag(one.agreed_grade if one else None),
            (one.note if one else "") or "–",
        ]
        if writes:
            address = reverse("audits:benchmarking_agree", args=[exercise.pk, section.key])
            row.append({"text": "Change" if one else unbroken("Write down"), "url": address})
        rows.append(row)
    return {"columns": columns(*labels), "rows": rows}


def result_facts(exercise: BenchmarkingExercise, collated: Collated) -> list[Fact]:
    """The agreed grade overall and how alike the grades were."""
    rows: list[Fact] = []
    if exercise.agreed_grade:
        label = collated.label(exercise.agreed_grade)
        rows.append({"label": "Agreed overall", "value": label, "grade": exercise.agreed_grade})
        rows.append({"label": "Why", "value": exercise.agreed_reason})
    compared = collated.compared
    if compared is None:
        return rows
    found = compared.agreement
    rows += [
        {"label": "Same as agreed", "value": _share(found.exact, found.n)},
        {"label": "Within one step", "value": _share(found.within_one, found.n)},
        {"label": "Weighted kappa", "value": _kappa(compared)},
    ]
    return rows


def _share(part: int, whole: int) -> str:
    """Without an interval: these are all grades that there are, not a sample of them."""
    percent = share(part, whole).percent
    return f"{part} of {whole}" if percent is None else f"{percent}% ({part} of {whole})"


def _kappa(compared: Comparison) -> str:
    found = compared.agreement
    if not found.shows_kappa:
        return f"Not shown for fewer than {FEWEST_PAIRS_FOR_KAPPA} grades. There are {found.n}."
    agreed_on = [place for place in zip(*found.matrix, strict=True) if any(place)]
    if found.kappa_weighted is None or len(agreed_on) == 1:
        return "Says nothing here, because the same grade was agreed on everything."
    return f"{found.kappa_weighted:.2f} (1 is full agreement, 0 no more than by chance)"


def lean_rows(collated: Collated) -> list[Row]:
    """Whether each auditor graded higher or lower than what was agreed, on average."""
    compared = collated.compared
    leans = compared.leans if compared else {}
    return [
        [form.name, lean_in_words(leans[form.audit.pk])] for form in collated.forms if form.audit.pk in leans
    ]


def lean_in_words(lean: float) -> str:
    """Such as “0.4 steps higher than agreed”; to one decimal."""
    steps = round(abs(lean), 1)
    if steps == 0:
        return "As agreed, on average"
    plural = "" if steps == 1 else "s"
    return f"{steps:g} step{plural} {'higher' if lean > 0 else 'lower'} than agreed, on average"


def section_table(collated: Collated, section: Section) -> dict[str, Any]:
    """The grade and answers of each auditor on one section, side by side."""
    beside = []
    for form in collated.forms:
        read = next(one for one in answered_sections(collated.tool, form.values) if one.section == section)
        beside.append({answer.question.key: answer.text for answer in read.answers})
    asked = [*section.questions, collated.tool.question(section.grade_key)]
    rows = [
        [question.text, *(answers.get(question.key) or "–" for answers in beside)]
        for question in asked
        if any(question.key in answers for answers in beside)
    ]
    names = [form.name for form in collated.forms]
    return {"columns": columns("Question", *names), "rows": rows}


# The list


def exercise_rows(exercises: Iterable[BenchmarkingExercise]) -> list[Row]:
    """Each exercise with ``in_group`` and ``handed_in``, how many take part and have handed in."""
    return [
        [
            {"text": title_of(one), "url": reverse("audits:benchmarking", args=[one.pk])},
            short_date(one.set_up_at),
            f"{one.handed_in} of {one.in_group}",  # type: ignore[attr-defined]
            short_date(one.meets_on),
            state(one),
        ]
        for one in exercises
    ]


def own_form_fact(audit: BenchmarkingAudit | None, today: date) -> str:
    """What the reader still owes for it, in a sentence; empty when nothing."""
    if audit is None or not audit.is_open or audit.assignment.due_on is None:
        return ""
    due = audit.assignment.due_on
    return f"Your own form is due {uk_date(due)}, {due_in_words(due, today)}."
