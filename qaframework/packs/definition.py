"""A framework pack as typed objects: what one authority does differently from another."""

from calendar import month_name
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from qaframework.rules.deadlines import Offset
from qaframework.rules.grades import Grade, GradeScheme
from qaframework.rules.ladders import Ladder, Rung
from qaframework.rules.periods import Month
from qaframework.rules.quotas import Kind, Per, Quota, SharedQuota

Json = Mapping[str, Any]

# Roles, activity, and the codes of units, none for all units.
QuotaIdentity = tuple[tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True)
class PackGradeScheme:
    """``descriptors`` says in a paragraph, for each grade, what it means for a child."""

    label: str
    scheme: GradeScheme
    descriptors: Mapping[str, str]
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class LadderNotes:
    """What people call a ladder, what it is for, and where it comes from."""

    label: str
    note: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class DrawRule:
    """Which cases may be drawn, and how the draw spreads over them.

    ``reserve_share`` is the part of the sample, 0 to 1, drawn on top as reserves. ``strata`` is the field
    of a case that the draw spreads over, None for a plain draw.
    """

    pool: str
    exclude_audited_within: Offset
    open_at_least: Offset
    reserve_share: float
    one_per_family: bool
    strata: str | None
    minimum_per_stratum: int


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
class ActivityType:
    """One kind of quality-assurance work. ``deadline`` counts from the allocation; where it is None, the work
    is due at the end of its month or quarter, as ``due_by`` says.

    ``is_dated_later`` means that the framework names the quarter and leaves the dates to be settled.
    """

    key: str
    label: str
    kind: str
    tool: str
    grade_scheme: str | None
    mode: str
    deadline: Offset | None
    due_by: str
    lead_time: Offset | None
    independence: str
    independence_by_month: Mapping[str, str]
    draw: DrawRule | None
    moderation: ModerationRule | None
    ladder: str
    extension: ExtensionRule | None
    opens_loop: bool
    is_dated_later: bool
    note: str
    clauses: tuple[str, ...]

    def independence_in(self, month: Month) -> str:
        """Whose cases an auditor may be given in audits of that month (RBWM-27)."""
        return self.independence_by_month.get(month_name[month.month].lower(), self.independence)


@dataclass(frozen=True)
class ExpectedVolume:
    """How many the authority as a whole expects in each month or quarter."""

    activity: str
    per: Per
    amount: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ActionRules:
    """Remedial actions: ``immediate`` and ``standard`` are the longest time to the due date."""

    immediate: Offset
    standard: Offset
    notify_within: Offset
    ladder: str
    notify_ladder: str | None
    file_heading: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class LoopRule:
    """Closing the loop after any of ``grades``.

    ``due`` counts from the day the grade is final, ``reaudit_after`` from the day the loop is closed.
    """

    grades: tuple[str, ...]
    senior_role: str
    authorised_by: str
    due: Offset
    reaudit_after: Offset
    ladder: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ConcernRule:
    acknowledge_within: Offset
    ladder: str


@dataclass(frozen=True)
class ReportRule:
    """A report that is built on ``day_of_month`` after its period has ended, for the roles named."""

    kind: str
    recipients: tuple[str, ...]
    day_of_month: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class PackNote:
    """Something a reader of the rules must know: a choice of ours, or a slip in what was published."""

    about: str
    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """All rules of a framework from ``effective_from`` (a local date) on."""

    key: str
    name: str
    authority: str
    version: str
    effective_from: date
    year_starts_in: int
    summary: str
    labels: Mapping[str, str]
    roles: Mapping[str, str]
    grade_schemes: Mapping[str, PackGradeScheme]
    ladders: Mapping[str, Ladder]
    ladder_notes: Mapping[str, LadderNotes]
    activities: Mapping[str, ActivityType]
    quotas: tuple[Quota, ...]
    quota_clauses: Mapping[QuotaIdentity, tuple[str, ...]]
    shared_quotas: tuple[SharedQuota, ...]
    expected_volumes: tuple[ExpectedVolume, ...]
    action_rules: ActionRules
    loop_rule: LoopRule | None
    concern_rule: ConcernRule
    reports: tuple[ReportRule, ...]
    notes: tuple[PackNote, ...]
    tool_names: Mapping[str, str]

    def label(self, key: str) -> str:
        """What this authority calls something; without an own word, the key in plain words."""
        return self.labels.get(key) or key.replace("_", " ").capitalize()

    def role_label(self, key: str) -> str:
        """What this authority calls a role; without an own word, the key in plain words."""
        return self.roles.get(key) or key.replace("_", " ").capitalize()

    def activity(self, key: str) -> ActivityType:
        """Raises KeyError for an activity that the framework does not have."""
        return self.activities[key]

    def ladder(self, key: str) -> Ladder:
        """Raises KeyError for a ladder that the framework does not have."""
        return self.ladders[key]

    def scheme(self, key: str) -> GradeScheme:
        """Raises KeyError for a grade scheme that the framework does not have."""
        return self.grade_schemes[key].scheme

    def clauses_of(self, quota: Quota | SharedQuota) -> tuple[str, ...]:
        """The published clauses that a quota carries out."""
        roles = (quota.role,) if isinstance(quota, Quota) else quota.roles
        return self.quota_clauses.get((roles, quota.activity, quota.in_units), ())

    def notes_about(self, about: str) -> list[PackNote]:
        return [note for note in self.notes if note.about == about]


@dataclass(frozen=True)
class _Hashed:
    """Content that is known by its hash, so that each version is parsed once per process."""

    content_hash: str
    content: Json = field(compare=False)


def parse(content_hash: str, content: Json) -> Pack:
    """The content of a checked pack as typed objects; ``content_hash`` must be the content's own.

    Content that was not checked before may raise KeyError, TypeError or ValueError.
    """
    return _parse(_Hashed(content_hash, content))


@lru_cache(maxsize=64)
def _parse(hashed: _Hashed) -> Pack:
    framework: Json = hashed.content["framework"]
    tools: Json = hashed.content["tools"]
    return Pack(
        key=framework["key"],
        name=framework["name"],
        authority=framework["authority"],
        version=framework["version"],
        effective_from=date.fromisoformat(framework["effective_from"]),
        year_starts_in=framework["year_starts_in"],
        summary=framework.get("summary", ""),
        labels=framework.get("labels", {}),
        roles={role["key"]: role["label"] for role in framework["roles"]},
        grade_schemes={scheme["key"]: grade_scheme_from(scheme) for scheme in framework["grade_schemes"]},
        ladders={ladder["key"]: _ladder(ladder) for ladder in framework["ladders"]},
        ladder_notes={ladder["key"]: _ladder_notes(ladder) for ladder in framework["ladders"]},
        activities={activity["key"]: _activity(activity) for activity in framework["activities"]},
        quotas=tuple(quota_from(quota, framework["year_starts_in"]) for quota in framework["quotas"]),
        quota_clauses={
            quota_identity(quota): _clauses(quota)
            for quota in (*framework["quotas"], *framework.get("shared_quotas", ()))
        },
        shared_quotas=tuple(
            _shared_quota(quota, framework["year_starts_in"]) for quota in framework.get("shared_quotas", ())
        ),
        expected_volumes=tuple(_volume(volume) for volume in framework.get("expected_volumes", [])),
        action_rules=_action_rules(framework["actions"]),
        loop_rule=_loop_rule(framework["loop"]) if framework.get("loop") else None,
        concern_rule=_concern_rule(framework["concern"]),
        reports=tuple(_report(report) for report in framework["reports"]),
        notes=tuple(
            PackNote(note["about"], note["text"], _clauses(note)) for note in framework.get("notes", [])
        ),
        tool_names={key: tool["name"] for key, tool in sorted(tools.items())},
    )


def quota_from(data: Json, year_starts_in: int) -> Quota:
    """Raises ValueError for amounts below zero, or not one for each stretch of the year."""
    per, amounts = _amounts(data, year_starts_in)
    return Quota(
        role=data["role"],
        activity=data["activity"],
        amounts=amounts,
        per=per,
        unit=data.get("unit"),
        kind=Kind(data.get("kind", Kind.MINIMUM)),
    )


def _shared_quota(data: Json, year_starts_in: int) -> SharedQuota:
    per, amounts = _amounts(data, year_starts_in)
    return SharedQuota(tuple(data["roles"]), data["activity"], amounts, per, tuple(data.get("units", ())))


def _amounts(data: Json, year_starts_in: int) -> tuple[Per, tuple[int, ...]]:
    """A quota's numbers in the order of the programme year, however the pack writes them."""
    if "months" in data:
        names = [month_name[(year_starts_in - 1 + i) % 12 + 1].lower() for i in range(12)]
        return Per.MONTH, tuple(data["months"].get(name, 0) for name in names)
    per = Per(data.get("per", Per.QUARTER))
    return per, tuple(data["amounts"]) if "amounts" in data else (data["amount"],) * per.stretches


def quota_identity(data: Json) -> QuotaIdentity:
    """What tells one quota from another, of a quota as the pack writes it."""
    if "roles" in data:
        return tuple(data["roles"]), data["activity"], tuple(data.get("units", ()))
    return (data["role"],), data["activity"], (data["unit"],) if data.get("unit") else ()


def _clauses(data: Json) -> tuple[str, ...]:
    return tuple(data.get("clauses", ()))


def _offset(text: str | None) -> Offset | None:
    return Offset.parse(text) if text else None


def grade_scheme_from(data: Json) -> PackGradeScheme:
    """Grades are listed from best to worst. Raises ValueError for two grades with one key."""
    grades = tuple(Grade(grade["key"], grade["label"], rank) for rank, grade in enumerate(data["grades"], 1))
    return PackGradeScheme(
        label=data["label"],
        scheme=GradeScheme(data["key"], grades, data["has_overall"], data["good_or_better"]),
        descriptors={grade["key"]: grade["descriptor"] for grade in data["grades"]},
        clauses=_clauses(data),
    )


def _ladder(data: Json) -> Ladder:
    rungs = (
        Rung(
            position=position,
            offset=Offset.parse(rung["offset"]),
            before=rung.get("before", False),
            recipients=tuple(rung["recipients"]),
            name=rung["name"],
        )
        for position, rung in enumerate(data["rungs"], 1)
    )
    return Ladder(data["key"], tuple(rungs))


def _ladder_notes(data: Json) -> LadderNotes:
    return LadderNotes(data["label"], data.get("note", ""), _clauses(data))


def _activity(data: Json) -> ActivityType:
    return ActivityType(
        key=data["key"],
        label=data["label"],
        kind=data["kind"],
        tool=data["tool"],
        grade_scheme=data.get("grade_scheme"),
        mode=data.get("mode", "any"),
        deadline=_offset(data.get("deadline")),
        due_by=data.get("due_by", "month"),
        lead_time=_offset(data.get("lead_time")),
        independence=data.get("independence", "none"),
        independence_by_month=data.get("independence_by_month", {}),
        draw=_draw(data["draw"]) if data.get("draw") else None,
        moderation=_moderation(data["moderation"]) if data.get("moderation") else None,
        ladder=data["ladder"],
        extension=_extension(data["extension"]) if data.get("extension") else None,
        opens_loop=data.get("opens_loop", False),
        is_dated_later=data.get("is_dated_later", False),
        note=data.get("note", ""),
        clauses=_clauses(data),
    )


def _draw(data: Json) -> DrawRule:
    return DrawRule(
        pool=data["pool"],
        exclude_audited_within=Offset.parse(data["exclude_audited_within"]),
        open_at_least=Offset.parse(data["open_at_least"]),
        reserve_share=float(data["reserve_share"]),
        one_per_family=data["one_per_family"],
        strata=data.get("strata"),
        minimum_per_stratum=data.get("minimum_per_stratum", 0),
    )


def _moderation(data: Json) -> ModerationRule:
    return ModerationRule(
        share=data["share"],
        all_of=tuple(data["all_of"]),
        within=Offset.parse(data["within"]),
        discussion_required=data["discussion_required"],
        ladder=data["ladder"],
        clauses=_clauses(data),
    )


def _extension(data: Json) -> ExtensionRule:
    return ExtensionRule(data["decided_by"], data["only_before_deadline"], _clauses(data))


def _volume(data: Json) -> ExpectedVolume:
    return ExpectedVolume(data["activity"], Per(data["per"]), data["amount"], _clauses(data))


def _action_rules(data: Json) -> ActionRules:
    return ActionRules(
        immediate=Offset.parse(data["immediate"]),
        standard=Offset.parse(data["standard"]),
        notify_within=Offset.parse(data["notify_within"]),
        ladder=data["ladder"],
        notify_ladder=data.get("notify_ladder"),
        file_heading=data["file_heading"],
        clauses=_clauses(data),
    )


def _loop_rule(data: Json) -> LoopRule:
    return LoopRule(
        grades=tuple(data["grades"]),
        senior_role=data["senior_role"],
        authorised_by=data["authorised_by"],
        due=Offset.parse(data["due"]),
        reaudit_after=Offset.parse(data["reaudit_after"]),
        ladder=data["ladder"],
        clauses=_clauses(data),
    )


def _concern_rule(data: Json) -> ConcernRule:
    return ConcernRule(Offset.parse(data["acknowledge_within"]), data["ladder"])


def _report(data: Json) -> ReportRule:
    return ReportRule(data["kind"], tuple(data["recipients"]), data["day_of_month"], _clauses(data))
