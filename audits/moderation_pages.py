"""What the pages about moderation and advice show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from audits.benchmarking_access import KIND as BENCHMARKING
from audits.benchmarking_access import visible_exercises
from audits.inbox import grade_cell
from audits.models import AdviceRequest, AuditResult, CaseAudit, Moderation, ModerationDraw
from audits.pages import facts, grade_label, reading_of
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import packs_on, with_rules
from qaframework.allocation.wording import subject_line
from qaframework.packs.definition import Pack
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import due_in_words, short_date, uk_date, uk_datetime
from qaframework.rules.periods import Month
from qaframework.tools.reading import AnsweredSection

Row = list[Any]
Fact = dict[str, Any]

Because = Moderation.Because
WHY = {
    Because.RANDOM: "Chosen at random",
    Because.INADEQUATE: "Because of its grade",
    Because.ALL: "Every audit is moderated",
}


@dataclass(frozen=True)
class AuditBeside:
    """The audit that is judged, as it was handed in, for reading beside the moderator's form."""

    title: str
    facts: list[Fact]
    judgement: list[Fact]
    sections: list[AnsweredSection]
    actions: list[Row]


def tabs(current: str, user: User, today: date) -> list[dict[str, Any]]:
    """Benchmarking is among them where a framework has it, or had it and left exercises behind."""
    names = {
        "waiting": ("To moderate", reverse("audits:moderation_queue")),
        "completed": ("Completed", f"{reverse('audits:moderation_queue')}?show=completed"),
        "draws": ("Draws", reverse("audits:moderation_draws")),
        "advice": ("Advice asked for", reverse("audits:advice_queue")),
    }
    activities = (one for pack in packs_on(today).values() for one in pack.activities.values())
    has_it = any(one.kind == BENCHMARKING for one in activities)
    if has_it or visible_exercises(user, today).exists():
        names["benchmarking"] = ("Benchmarking", reverse("audits:benchmarking_exercises"))
    return [{"label": label, "url": url, "current": key == current} for key, (label, url) in names.items()]


def waiting_rows(moderations: Iterable[Moderation], today: date) -> list[Row]:
    """Open moderations: why, by when, and who has taken them."""
    return [
        [
            _audit_cell(one),
            WHY[Because(one.because)],
            grade_cell(one.audit.assignment, one.original_grade),
            str(one.moderator) if one.moderator else "Nobody yet",
            _due_cell(one, today),
        ]
        for one in _ready(moderations)
    ]


def completed_rows(moderations: Iterable[Moderation]) -> list[Row]:
    """Completed moderations: both grades and what came of it."""
    return [
        [
            _audit_cell(one),
            grade_cell(one.audit.assignment, one.original_grade),
            grade_cell(one.audit.assignment, one.moderated_grade) if one.moderated_grade else "–",
            one.get_result_display(),
            f"{one.moderator}\n{short_date(one.completed_at)}",
        ]
        for one in _ready(moderations)
    ]


def _ready(moderations: Iterable[Moderation]) -> list[Moderation]:
    rows = list(moderations)
    with_rules([one.audit.assignment for one in rows])
    return rows


def _audit_cell(one: Moderation) -> dict[str, str]:
    return {"text": subject_line(one.audit.assignment), "url": reverse("audits:moderation", args=[one.pk])}


def _due_cell(one: Moderation, today: date) -> Any:
    words = f"{short_date(one.due_on)}, {due_in_words(one.due_on, today)}"
    return {"status": "late", "text": words} if one.due_on < today else words


# One moderation


def audit_beside(audit: CaseAudit, reader: User, today: date) -> AuditBeside:
    reading = reading_of(audit, None, reader=reader)
    assert reading is not None
    actions = audit.action_plan.actions.select_related("owner_post").order_by("due_on", "pk")
    return AuditBeside(
        title=subject_line(audit.assignment),
        facts=[row for row in facts(audit, today) if row["label"] != "Auditor"] + [_auditor(audit)],
        judgement=reading.judgement,
        sections=reading.sections,
        actions=[[one.what, one.owner_post.title, short_date(one.due_on)] for one in actions],
    )


def _auditor(audit: CaseAudit) -> Fact:
    """Who did the audit, which need not be who holds the post now."""
    return {"label": "Auditor", "value": f"{audit.auditor or 'Not recorded'}\n{audit.assignment.post}"}


def moderation_facts(one: Moderation, today: date) -> list[Fact]:
    """Why it is moderated, by whom and by when."""
    rows: list[Fact] = [{"label": "Why", "value": WHY[Because(one.because)]}]
    if one.draw_id:
        rows[0]["url"] = reverse("audits:moderation_draw", args=[one.draw_id])
    rows.append({"label": "Moderator", "value": str(one.moderator or "Nobody yet")})
    if one.completed_at is None:
        rows.append({"label": "Due", "value": f"{uk_date(one.due_on)} ({due_in_words(one.due_on, today)})"})
    return rows


def standing_facts(one: Moderation, today: date, *, reads_audit: bool) -> list[Fact]:
    """How far it is, without the pages of those who run quality assurance."""
    url = reverse("audits:audit", args=[one.audit_id]) if reads_audit else ""
    rows: list[Fact] = [
        {"label": "Audit", "value": subject_line(one.audit.assignment), "url": url},
        *({"label": fact["label"], "value": fact["value"]} for fact in moderation_facts(one, today)),
    ]
    if one.completed_at is not None:
        rows.append({"label": "Completed", "value": uk_date(one.completed_at)})
    return rows


def discussion_facts(one: Moderation) -> list[Fact]:
    """The talk with the manager, empty while there was none (LAN-35)."""
    if one.discussed_on is None:
        return []
    return [
        {"label": "Talked on", "value": uk_date(one.discussed_on)},
        {"label": "The manager’s view", "value": one.auditor_viewpoint},
        {"label": "What came of it", "value": one.discussion_outcome},
    ]


def result_facts(one: Moderation) -> list[Fact]:
    """The second judgement, empty while there is none."""
    if one.completed_at is None:
        return []
    definition = one.audit.answer_set.tool_version.definition
    rows: list[Fact] = [
        {"label": "Result", "value": f"{one.get_result_display()}, {uk_date(one.completed_at)}"}
    ]
    for label, grade in (
        ("Grade of the audit", one.original_grade),
        ("Moderated grade", one.moderated_grade),
    ):
        rows.append({"label": label, "value": grade_label(definition, grade), "grade": grade})
    rows.append({"label": "Reason for the change", "value": one.grade_reason})
    criteria, answers = dict(Moderation.Criterion.choices), dict(Moderation.Quality.choices)
    rows += [{"label": criteria[key], "value": answers[value]} for key, value in one.quality.items()]
    rows.append({"label": "Feedback", "value": one.feedback})
    return [row for row in rows if row["value"]]


# The months' draws


def draws_to_make(user: User, today: date) -> list[tuple[str, str]]:
    """Ended months in which audits were handed in and wait for the draw: a key and what to call it."""
    due = (
        AuditResult.objects.filter(
            month__lt=Month.of(today).key,
            audit__assignment__state=Assignment.State.SUBMITTED,
            framework__in=visible_frameworks(user, today, Capability.RUN_QUALITY_ASSURANCE).values("pk"),
        )
        .values_list("audit__assignment__programme", "framework", "activity", "month")
        .order_by("month", "activity")
        .distinct()
    )
    packs = packs_on(today)
    return [
        (
            f"{programme}/{activity}/{month}",
            f"{_label(packs, framework, activity)}, {Month.parse(month).label}",
        )
        for programme, framework, activity, month in due
    ]


def draw_rows(draws: Iterable[ModerationDraw], today: date) -> list[Row]:
    packs = packs_on(today)
    return [
        [
            {"text": draw_title(one, packs), "url": reverse("audits:moderation_draw", args=[one.pk])},
            one.population,
            len(one.frame),
            len(one.chosen),
            f"{short_date(one.drawn_at)}\n{one.drawn_by or 'By the system'}",
        ]
        for one in draws
    ]


def draw_title(one: ModerationDraw, packs: dict[int, Pack]) -> str:
    month = Month.parse(one.period)
    title = f"{_label(packs, one.programme.framework_id, one.activity)}, {month.label}"
    return f"{title}, left from the year before" if month.start > one.programme.ends_on else title


def draw_facts(one: ModerationDraw) -> list[Fact]:
    others = ": the others are moderated in any case" if one.population > len(one.frame) else ""
    return [
        {"label": "Drawn", "value": f"{uk_datetime(one.drawn_at)}, {one.drawn_by or 'by the system'}"},
        {"label": "Audits handed in", "value": one.population},
        {"label": "Could be chosen", "value": f"{len(one.frame)}{others}"},
        {"label": "Share", "value": f"{one.percent}% of all that were handed in, rounded up"},
        {"label": "Chosen", "value": len(one.chosen)},
        {"label": "Seed", "value": one.seed},
        {"label": "Hash of the list", "value": one.frame_hash},
    ]


def chosen_rows(moderations: Iterable[Moderation]) -> list[Row]:
    """The audits that a draw chose and that the reader may see."""
    return [
        [
            _audit_cell(one),
            one.audit_id,
            {"status": one.state, "text": one.get_result_display() or one.get_state_display()},
        ]
        for one in _ready(moderations)
    ]


def _label(packs: dict[int, Pack], framework: int, activity: str) -> str:
    known = packs[framework].activities.get(activity) if framework in packs else None
    return known.label if known else activity.replace("_", " ").capitalize()


# Advice


def advice_rows(requests: Iterable[AdviceRequest]) -> list[Row]:
    rows = list(requests)
    with_rules([one.audit.assignment for one in rows])
    return [
        [
            {
                "text": subject_line(one.audit.assignment),
                "url": reverse("audits:give_advice", args=[one.pk]),
            },
            f"{one.asked_by}\n{short_date(one.asked_at)}",
            grade_cell(one.audit.assignment, one.audit.overall_grade),
            grade_cell(one.audit.assignment, one.audit.worker_grade),
            _advice_cell(one),
        ]
        for one in rows
    ]


def _advice_cell(one: AdviceRequest) -> Any:
    if one.advised_at is None:
        return {"status": "open", "text": "Waits for advice"}
    return f"{one.advised_by}, {short_date(one.advised_at)}"


def advice_facts(one: AdviceRequest) -> list[Fact]:
    """Both views side by side, as auditor and practitioner wrote them."""
    audit = one.audit
    definition = audit.answer_set.tool_version.definition
    rows: list[Fact] = [
        {"label": "Asked by", "value": f"{one.asked_by}, {uk_date(one.asked_at)}"},
        {
            "label": "The auditor’s grade",
            "value": grade_label(definition, audit.overall_grade),
            "grade": audit.overall_grade,
        },
        {"label": "The auditor’s reasons", "value": one.auditor_reason},
        {
            "label": "The practitioner’s grade",
            "value": grade_label(definition, audit.worker_grade),
            "grade": audit.worker_grade,
        },
        {"label": "The practitioner’s reasons", "value": one.worker_reason},
    ]
    if one.advised_at:
        label = grade_label(definition, one.advised_grade)
        rows.append({"label": "Advised grade", "value": label, "grade": one.advised_grade})
        rows.append(
            {"label": "Advice", "value": f"{one.advice}\n{one.advised_by}, {uk_date(one.advised_at)}"}
        )
    return [row for row in rows if row["value"]]
