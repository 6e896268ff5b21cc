"""A framework pack as one typed object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qaframework.packs.definition.activities import ActivityType, activity_from
from qaframework.packs.definition.challenges import ChallengeRules, challenge_rules_from
from qaframework.packs.definition.coverage import CoverageRule, coverage_rule_from
from qaframework.packs.definition.follow_up import (
    ActionRules,
    ConcernRule,
    LoopRule,
    PraiseRule,
    SurveyRule,
    action_rules_from,
    concern_rule_from,
    loop_rule_from,
    praise_rule_from,
    survey_rule_from,
)
from qaframework.packs.definition.grades import PackGradeScheme, grade_scheme_from
from qaframework.packs.definition.groups import (
    CycleStep,
    LeadershipGroup,
    cycle_step_from,
    group_from,
)
from qaframework.packs.definition.ladders import LadderNotes, ladder_from, ladder_notes_from
from qaframework.packs.definition.meeting_types import MeetingType, meeting_type_from
from qaframework.packs.definition.quotas import (
    ExpectedVolume,
    QuotaIdentity,
    quota_from,
    quota_identity,
    shared_quota_from,
    volume_from,
)
from qaframework.packs.definition.reports import ReportRule, report_rule_from
from qaframework.packs.definition.standards import Standard, standard_from
from qaframework.packs.definition.themes import Theme, theme_for, theme_from
from qaframework.packs.definition.values import Json, clauses_of, offset_of
from qaframework.rules.deadlines import Offset
from qaframework.rules.grades import GradeScheme
from qaframework.rules.ladders import Ladder
from qaframework.rules.periods import Month
from qaframework.rules.quotas import Quota, SharedQuota


@dataclass(frozen=True)
class PackNote:
    """Something a reader of the rules must know: a choice of ours, or a slip in what was published."""

    about: str
    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """All rules of a framework from ``effective_from`` (a local date) on.

    ``review_after`` is how long it holds before it is to be looked at again, None where that is not said.
    ``programme_owner`` is the role that answers for the year's programme and approves it, empty for none.
    """

    key: str
    name: str
    authority: str
    version: str
    effective_from: date
    year_starts_in: int
    review_after: Offset | None
    programme_owner: str
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
    praise_rule: PraiseRule | None
    survey_rule: SurveyRule | None
    concern_rule: ConcernRule
    challenges: ChallengeRules
    reports: tuple[ReportRule, ...]
    groups: Mapping[str, LeadershipGroup]
    cycle: tuple[CycleStep, ...]
    standards: tuple[Standard, ...]
    themes: tuple[Theme, ...]
    meeting_types: tuple[MeetingType, ...]
    coverage: tuple[CoverageRule, ...]
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

    def theme_for(self, activity: str, month: Month, units: Sequence[str]) -> Theme | None:
        """The chosen theme for work of the unit with the first of the codes; those above it follow."""
        return theme_for(self.themes, activity, month, units)

    def choosers(self, theme: Theme) -> tuple[str, ...]:
        """The roles that choose a theme; of a group, its chair."""
        group = self.groups.get(theme.chosen_by)
        return tuple(role for role in (group.chair if group else theme.chosen_by,) if role)

    def clauses_of(self, quota: Quota | SharedQuota) -> tuple[str, ...]:
        """The published clauses that a quota carries out."""
        roles = (quota.role,) if isinstance(quota, Quota) else quota.roles
        return self.quota_clauses.get((roles, quota.activity, quota.in_units), ())

    def notes_about(self, about: str) -> list[PackNote]:
        return [note for note in self.notes if note.about == about]


_parsed: dict[str, Pack] = {}


def known(content_hash: str) -> Pack | None:
    """The rules of a version that this process has parsed before; saves reading its content again."""
    return _parsed.get(content_hash)


def parse(content_hash: str, content: Json) -> Pack:
    """The content of a checked pack as typed objects; ``content_hash`` must be the content's own.

    Content that was not checked before may raise KeyError, TypeError or ValueError.
    """
    if content_hash not in _parsed:
        _parsed[content_hash] = _pack(content)
    return _parsed[content_hash]


def _pack(content: Json) -> Pack:
    framework: Json = content["framework"]
    tools: Json = content["tools"]
    groups = {group["key"]: group_from(group) for group in framework.get("groups", ())}
    return Pack(
        key=framework["key"],
        name=framework["name"],
        authority=framework["authority"],
        version=framework["version"],
        effective_from=date.fromisoformat(framework["effective_from"]),
        year_starts_in=framework["year_starts_in"],
        review_after=offset_of(framework.get("review_after")),
        programme_owner=framework.get("programme_owner", ""),
        summary=framework.get("summary", ""),
        labels=framework.get("labels", {}),
        roles={role["key"]: role["label"] for role in framework["roles"]},
        grade_schemes={scheme["key"]: grade_scheme_from(scheme) for scheme in framework["grade_schemes"]},
        ladders={ladder["key"]: ladder_from(ladder) for ladder in framework["ladders"]},
        ladder_notes={ladder["key"]: ladder_notes_from(ladder) for ladder in framework["ladders"]},
        activities={activity["key"]: activity_from(activity) for activity in framework["activities"]},
        quotas=tuple(quota_from(quota, framework["year_starts_in"]) for quota in framework["quotas"]),
        quota_clauses={
            quota_identity(quota): clauses_of(quota)
            for quota in (*framework["quotas"], *framework.get("shared_quotas", ()))
        },
        shared_quotas=tuple(
            shared_quota_from(quota, framework["year_starts_in"])
            for quota in framework.get("shared_quotas", ())
        ),
        expected_volumes=tuple(
            volume_from(volume, framework["year_starts_in"])
            for volume in framework.get("expected_volumes", ())
        ),
        action_rules=action_rules_from(framework["actions"]),
        loop_rule=loop_rule_from(framework["loop"]) if framework.get("loop") else None,
        praise_rule=praise_rule_from(framework["praise"]) if framework.get("praise") else None,
        survey_rule=survey_rule_from(framework["survey"]) if framework.get("survey") else None,
        concern_rule=concern_rule_from(framework["concern"]),
        challenges=challenge_rules_from(framework.get("challenges", {})),
        reports=tuple(report_rule_from(report, groups) for report in framework["reports"]),
        groups=groups,
        cycle=tuple(cycle_step_from(step) for step in framework.get("cycle", ())),
        standards=tuple(standard_from(standard) for standard in framework.get("standards", ())),
        themes=tuple(theme_from(theme, framework["year_starts_in"]) for theme in framework.get("themes", ())),
        coverage=tuple(coverage_rule_from(one) for one in framework.get("coverage", ())),
        meeting_types=tuple(meeting_type_from(one) for one in framework.get("meeting_types", ())),
        notes=tuple(
            PackNote(note["about"], note["text"], clauses_of(note)) for note in framework.get("notes", [])
        ),
        tool_names={key: tool["name"] for key, tool in sorted(tools.items())},
    )
