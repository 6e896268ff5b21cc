"""What the pages of a dip sample show of what was drawn for it, and why that."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from audits.access import visible_audits
from audits.draw_pages import TICKET_START, proof_facts
from audits.frames import ON_HOLD, RESTRICTED
from audits.models import DipSampleDraw, SampledRecord
from audits.samples import rule_of
from audits.why import NOT_NOW, Step, Table, Why
from qaframework.actions.access import visible_actions, visible_loops
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import activity_label
from qaframework.caseload.access import visible_cases
from qaframework.packs.wording import SAMPLED, sample_in_words, sentence
from qaframework.people.access import local_today
from qaframework.people.models import User
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date, uk_datetime
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date

Row = list[Any]

NOT_FOR_READER = "You may not open it"
PAGES = {
    "audit": "audits:audit",
    "action": "actions:action",
    "loop": "actions:loop",
    "case": "caseload:case",
}


@dataclass(frozen=True)
class ReadRecord:
    """A drawn record as one reader sees it; without ``url`` they may not open it."""

    record: SampledRecord
    url: str
    about: str

    @property
    def name(self) -> str:
        """What its row is called, but for a child whose case the reader may not know of."""
        hidden = self.record.is_a_case and not self.url
        return f"Case in row {self.record.position}" if hidden else self.record.label

    @property
    def cell(self) -> Any:
        return {"text": self.name, "url": self.url} if self.url else self.name


def records_for(draw: DipSampleDraw, reader: User) -> list[ReadRecord]:
    """The drawn records in the order of their rows. One query for each kind of record among them."""
    rows = list(draw.records.all())
    on = local_today()
    readable: dict[tuple[str, int], Any] = {}
    for link, visible, related in (
        ("audit", visible_audits, ("assignment__unit",)),
        ("action", visible_actions, ("owner_post",)),
        ("loop", visible_loops, ("unit",)),
        ("case", visible_cases, ("unit",)),
    ):
        keys = [getattr(row, f"{link}_id") for row in rows if row.link == link]
        found = visible(reader, on).filter(pk__in=keys).select_related(*related) if keys else ()
        readable |= {(link, one.pk): one for one in found}
    with_rules(one.assignment for (link, _), one in readable.items() if link == "audit")
    return [_as_read(row, readable.get((row.link, row.key))) for row in rows]


def looked_at(draw: DipSampleDraw, reader: User, why_url: str) -> dict[str, Any]:
    """The drawn records as the parameters of a table, each with a link where the reader may open it."""
    return {
        "caption": "What was drawn",
        "columns": columns("Record", "About"),
        "rows": [[one.cell, one.about] for one in records_for(draw, reader)],
        "note": _shortfall(draw),
        "why_url": why_url,
    }


def row_links(draw: DipSampleDraw, reader: User) -> dict[str, str]:
    """Addresses of the records that the reader may open, by what their row is called."""
    return {one.name: one.url for one in records_for(draw, reader) if one.url}


def why_these(draw: DipSampleDraw, reader: User) -> Why:
    """How the records were drawn, step by step from what was kept of it."""
    sample = draw.sample
    rule = rule_of(sample)
    assert rule is not None
    facts: list[dict[str, Any]] = [
        {"label": "What is looked at", "value": sentence(sample_in_words(rule))},
        {"label": "Drawn", "value": f"{uk_datetime(draw.drawn_at)}, for {draw.drawn_by}"},
        {"label": "Asked for", "value": draw.size},
        {"label": "Drawn records", "value": draw.size - draw.shortfall},
    ]
    if draw.closes_on:
        facts.append({"label": "Open for answers", "value": window(draw)})
    if rule.is_of_one_worker:
        facts.insert(1, {"label": "Whose cases", "value": str(sample.assignment.worker)})
    return Why(facts, [_what_could_be_drawn(draw), _their_places(draw, reader)], proof_facts(draw))


def window(draw: DipSampleDraw) -> str:
    """From when until when those who were drawn for a survey can answer, both days included (RBWM-07)."""
    return f"From {uk_date(local_date(draw.drawn_at))} to {uk_date(draw.closes_on)}"


def _what_could_be_drawn(draw: DipSampleDraw) -> Step:
    rule, left_out = rule_of(draw.sample), sum(draw.exclusions.values())
    assert rule is not None
    since = f" since {uk_date(draw.since)}" if draw.since else ""
    where = f" in {draw.pool.name}" if draw.pool else ""
    text = [
        f"{sentence(SAMPLED[rule.of])}{since}{where}: {draw.frame_size + left_out}. "
        f"Of these, {draw.frame_size} could be drawn. "
        + (f"{left_out} could not:" if left_out else "None was left out.")
    ]
    # How many cases are restricted is for those who run quality assurance alone.
    reasons: Counter[str] = Counter()
    for reason, number in draw.exclusions.items():
        reasons[NOT_NOW if reason in (RESTRICTED, ON_HOLD) else reason] += number
    rows: list[Row] = [[reason, number] for reason, number in reasons.most_common()]
    heads = columns("Reason", "Left out", numeric=("Left out",))
    table = Table("What was left out", heads, rows, is_narrow=True)
    return Step("What could be drawn", text, table if rows else None)


def _their_places(draw: DipSampleDraw, reader: User) -> Step:
    text = [
        "Each that could be drawn has a ticket, worked out from the draw’s seed and what it is called. "
        "Nobody can choose it, and whoever works it out again gets the same. The lowest tickets were drawn.",
    ]
    if said := _shortfall(draw):
        text.append(said)
    rows: list[Row] = [
        [one.cell, f"{one.record.ticket[:TICKET_START]}…"] for one in records_for(draw, reader)
    ]
    table = Table("What was drawn", columns("Record", "Ticket"), rows, is_narrow=True)
    return Step("Which were drawn", text, table if rows else None)


def _shortfall(draw: DipSampleDraw) -> str:
    if not draw.shortfall:
        return ""
    if draw.shortfall == draw.size:
        return f"{draw.size} were asked for, and there were none that could be drawn."
    return (
        f"{draw.size} were asked for and {draw.shortfall} could not be drawn, because there were no more. "
        "None is drawn twice."
    )


def _as_read(row: SampledRecord, found: Any) -> ReadRecord:
    if found is None:
        return ReadRecord(row, "", NOT_FOR_READER)
    return ReadRecord(row, reverse(PAGES[row.link], args=[row.key]), _about(row.link, found))


def _about(link: str, found: Any) -> str:
    match link:
        case "audit":
            work = found.assignment
            return f"{activity_label(work)}, {Month.parse(work.period).label}\n{work.unit}"
        case "action":
            return f"{found.what}\n{found.owner_post}"
        case "loop":
            return f"{found}\n{found.unit}"
    return f"{found.get_plan_type_display()}\n{found.unit}"
