"""The action plan for the child's file: as text to copy, as Word, and as tagged PDF (BF-12)."""

from dataclasses import dataclass
from datetime import date

from qaframework.actions.models import ActionPlan
from qaframework.people.directory import holder_names
from qaframework.people.documents import new_word, tagged_pdf, word_bytes
from qaframework.people.templatetags.page import uk_date


@dataclass(frozen=True)
class PlanLine:
    """One action as it stands in the documents; ``key`` and ``state_key`` are for the page."""

    number: int
    key: int
    state_key: str
    what: str
    measure: str
    who: str
    by: str
    priority: str
    state: str


def plan_lines(plan: ActionPlan, today: date) -> list[PlanLine]:
    """The plan's actions in order of their due dates, with whoever holds the owner's post today."""
    actions = list(plan.actions.select_related("owner_post").order_by("due_on", "pk"))
    holders = holder_names([action.owner_post_id for action in actions], today)
    return [
        PlanLine(
            number,
            action.pk,
            action.state,
            action.what,
            action.measure,
            holders.get(action.owner_post_id, f"{action.owner_post.title} (vacant)"),
            uk_date(action.due_on),
            action.get_priority_display(),
            action.get_state_display(),
        )
        for number, action in enumerate(actions, 1)
    ]


def as_text(plan: ActionPlan, lines: list[PlanLine]) -> str:
    """For pasting into the case system under the plan's own heading."""
    parts = [plan.title]
    if plan.case:
        parts.append(f"Case {plan.case.child_ref}")
    for line in lines:
        parts.append(
            f"{line.number}. {line.what}\n   How we will know: {line.measure}\n"
            f"   Who: {line.who}. By: {line.by}. {line.priority}. {line.state}."
        )
    return "\n\n".join(parts)


def as_word(plan: ActionPlan, lines: list[PlanLine]) -> bytes:
    document = new_word(plan.title)
    if plan.case:
        document.add_paragraph(f"Case {plan.case.child_ref}")
    for line in lines:
        document.add_heading(f"Action {line.number}", level=2)
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for name, value in _facts(line):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = name, value
    return word_bytes(document)


def as_pdf(plan: ActionPlan, lines: list[PlanLine]) -> bytes:
    """A tagged PDF (PDF/UA-1)."""
    content = {
        "title": plan.title,
        "case": plan.case.child_ref if plan.case else "",
        "actions": [{"number": line.number, "facts": _facts(line)} for line in lines],
    }
    return tagged_pdf("actions/plan.typ", content)


def _facts(line: PlanLine) -> list[tuple[str, str]]:
    return [
        ("What needs to happen", line.what),
        ("How we will know", line.measure),
        ("Who", line.who),
        ("By", line.by),
        ("Priority", line.priority),
        ("State", line.state),
    ]
