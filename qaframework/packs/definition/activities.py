"""The kinds of quality-assurance work, and the rules of each."""

from calendar import month_name
from collections.abc import Mapping
from dataclasses import dataclass

from qaframework.packs.definition.case_reviews import (
    FollowUpRule,
    MidwayRule,
    follow_up_rule_from,
    midway_rule_from,
)
from qaframework.packs.definition.draws import DrawRule, draw_rule_from
from qaframework.packs.definition.samples import SampleRule, sample_rule_from
from qaframework.packs.definition.subjects import SubjectRule, subject_rule_from
from qaframework.packs.definition.values import Json, clauses_of, offset_of
from qaframework.rules.deadlines import Offset, RecordDue, RecordRule
from qaframework.rules.periods import Month

ABOUT_ONE_CASE = ("case_audit", "case_review", "benchmarking")


@dataclass(frozen=True)
class ModerationRule:
    """``share`` is the percentage moderated at random; all audits with a grade of ``all_of`` come on top."""

    share: int
    all_of: tuple[str, ...]
    within: Offset
    discussion_required: bool
    ladder: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExtensionRule:
    decided_by: str
    only_before_deadline: bool
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class PauseRule:
    """For which ``reasons`` a deadline may be paused, by whoever holds a post of the role ``decided_by``
    for that part of the organisation; where that is empty, by whoever decides on more time."""

    reasons: tuple[str, ...]
    decided_by: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preparation:
    """One thing that the practitioner has ready before they meet with the auditor (BF-03)."""

    key: str
    label: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActivityType:
    """One kind of quality-assurance work. ``deadline`` counts from the allocation; where it is None, the work
    is due at the end of its month or quarter, as ``due_by`` says.

    ``newly_qualified_tool`` is the tool where the work is about somebody in their assessed and supported year
    in employment (BED-28); empty where that makes no difference.
    ``other_tools`` are forms of which whoever does a dip sample may choose one in place of ``tool``, by what
    it looks at.
    ``closure_owed_by`` names the roles that audit each case when it closes, the first one that is there;
    empty for other work.
    ``started_by`` names the roles whose posts may begin one without owing it, when they see fit, and
    ``of_any_team`` says that the case they name may be one of any team of the framework (RBWM-18).
    ``midway`` and ``follow_up`` say when a review of one case falls due; of the first, the earliest rule that
    fits the case holds.
    ``sample`` says what a dip sample looks at; None where whoever does it chooses.
    ``subjects`` say whom owners look at, in turn; those of a role that is in none choose.
    ``preparation`` is what the practitioner gets ready before an audit of their case.
    ``same_person_as`` is the activity whose person, ``months_later`` months before, is this one's too; empty
    for none, and 0 months for the same one.
    ``is_announced`` says of a visit whether the service that is visited is told the day before it comes.
    ``is_dated_later`` means that the framework names the quarter and leaves the dates to be settled.
    """

    key: str
    label: str
    kind: str
    tool: str
    newly_qualified_tool: str
    other_tools: tuple[str, ...]
    grade_scheme: str | None
    mode: str
    deadline: Offset | None
    due_by: str
    record: RecordRule | None
    lead_time: Offset | None
    independence: str
    independence_by_month: Mapping[str, str]
    draw: DrawRule | None
    sample: SampleRule | None
    moderation: ModerationRule | None
    ladder: str
    extension: ExtensionRule | None
    pause: PauseRule | None
    opens_loop: bool
    closure_owed_by: tuple[str, ...]
    started_by: tuple[str, ...]
    of_any_team: bool
    midway: tuple[MidwayRule, ...]
    follow_up: FollowUpRule | None
    subjects: tuple[SubjectRule, ...]
    preparation: tuple[Preparation, ...]
    same_person_as: str
    months_later: int
    is_announced: bool
    is_dated_later: bool
    note: str
    clauses: tuple[str, ...]

    @property
    def is_about_one_case(self) -> bool:
        return self.kind in ABOUT_ONE_CASE

    @property
    def can_be_asked_for(self) -> bool:
        """Whether it can be owed without a case that is drawn, or that something happens to."""
        return self.draw is None and not self.is_about_one_case

    def subject_rule(self, role: str) -> SubjectRule | None:
        """Whom an owner of that role looks at in turn; None when they choose."""
        return next((rule for rule in self.subjects if role in rule.by), None)

    def tool_about(self, *, newly_qualified: bool) -> str:
        """The tool on which it is done, by whether whom it is about is newly qualified."""
        return self.newly_qualified_tool or self.tool if newly_qualified else self.tool

    def independence_in(self, month: Month) -> str:
        """Whose cases an auditor may be given in audits of that month (RBWM-27)."""
        return self.independence_by_month.get(month_name[month.month].lower(), self.independence)


def activity_from(data: Json) -> ActivityType:
    return ActivityType(
        key=data["key"],
        label=data["label"],
        kind=data["kind"],
        tool=data["tool"],
        other_tools=tuple(data.get("other_tools", ())),
        newly_qualified_tool=(data.get("newly_qualified") or {}).get("tool", ""),
        grade_scheme=data.get("grade_scheme"),
        mode=data.get("mode", "any"),
        deadline=offset_of(data.get("deadline")),
        due_by=data.get("due_by", "month"),
        record=_record(data.get("record")),
        lead_time=offset_of(data.get("lead_time")),
        independence=data.get("independence", "none"),
        independence_by_month=data.get("independence_by_month", {}),
        draw=draw_rule_from(data["draw"]) if data.get("draw") else None,
        sample=sample_rule_from(data["sample"]) if data.get("sample") else None,
        moderation=_moderation(data["moderation"]) if data.get("moderation") else None,
        ladder=data["ladder"],
        extension=_extension(data["extension"]) if data.get("extension") else None,
        pause=_pause(data["pause"]) if data.get("pause") else None,
        opens_loop=data.get("opens_loop", False),
        closure_owed_by=tuple(data.get("closure_owed_by", ())),
        started_by=tuple(data.get("started_by", ())),
        of_any_team=data.get("of_any_team", False),
        midway=tuple(midway_rule_from(rule) for rule in data.get("midway", ())),
        follow_up=follow_up_rule_from(data["follow_up"]) if data.get("follow_up") else None,
        subjects=tuple(subject_rule_from(rule) for rule in data.get("subjects", ())),
        preparation=tuple(_preparation(item) for item in data.get("preparation", ())),
        same_person_as=data.get("same_person_as", ""),
        months_later=data.get("months_later", 0),
        is_announced=data.get("is_announced", True),
        is_dated_later=data.get("is_dated_later", False),
        note=data.get("note", ""),
        clauses=clauses_of(data),
    )


def _record(data: Json | None) -> RecordRule | None:
    if data is None:
        return None
    return RecordRule(Offset.parse(data["within"]), RecordDue(data["due"]), clauses_of(data))


def _preparation(data: Json) -> Preparation:
    return Preparation(data["key"], data["label"], clauses_of(data))


def _moderation(data: Json) -> ModerationRule:
    return ModerationRule(
        share=data["share"],
        all_of=tuple(data["all_of"]),
        within=Offset.parse(data["within"]),
        discussion_required=data["discussion_required"],
        ladder=data["ladder"],
        clauses=clauses_of(data),
    )


def _extension(data: Json) -> ExtensionRule:
    return ExtensionRule(data["decided_by"], data["only_before_deadline"], clauses_of(data))


def _pause(data: Json) -> PauseRule:
    return PauseRule(tuple(data["reasons"]), data.get("decided_by", ""), clauses_of(data))
