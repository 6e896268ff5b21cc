"""A framework pack as typed objects: what one authority does differently from another.

One file for each subject, each with its entries as classes and how they are read from a checked pack.
"""

from qaframework.packs.definition.activities import ActivityType, ExtensionRule, ModerationRule, Preparation
from qaframework.packs.definition.case_reviews import FollowUpRule, MidwayRule
from qaframework.packs.definition.challenges import ChallengeKind, ChallengeRules, ChallengeStage
from qaframework.packs.definition.coverage import CoverageRule, Sooner
from qaframework.packs.definition.draws import AnnualShare, DrawRule, MinimumShare, NewWorkers
from qaframework.packs.definition.follow_up import ActionRules, ConcernRule, LoopRule, PraiseRule, SurveyRule
from qaframework.packs.definition.grades import PackGradeScheme, grade_scheme_from
from qaframework.packs.definition.groups import CycleStep, LeadershipGroup
from qaframework.packs.definition.ladders import LadderNotes
from qaframework.packs.definition.meeting_types import MeetingType
from qaframework.packs.definition.pack import Pack, PackNote, known, parse
from qaframework.packs.definition.quotas import ExpectedVolume
from qaframework.packs.definition.reports import ReportRule
from qaframework.packs.definition.samples import SampleRule
from qaframework.packs.definition.standards import Standard, standard_from
from qaframework.packs.definition.subjects import SubjectRule
from qaframework.packs.definition.themes import Theme

__all__ = [
    "ActionRules",
    "ActivityType",
    "AnnualShare",
    "ChallengeKind",
    "ChallengeRules",
    "ChallengeStage",
    "ConcernRule",
    "CoverageRule",
    "CycleStep",
    "DrawRule",
    "ExpectedVolume",
    "ExtensionRule",
    "FollowUpRule",
    "LadderNotes",
    "LeadershipGroup",
    "LoopRule",
    "MeetingType",
    "MidwayRule",
    "ModerationRule",
    "MinimumShare",
    "NewWorkers",
    "Pack",
    "PackGradeScheme",
    "PackNote",
    "PraiseRule",
    "Preparation",
    "ReportRule",
    "SampleRule",
    "Sooner",
    "Standard",
    "SubjectRule",
    "SurveyRule",
    "Theme",
    "grade_scheme_from",
    "known",
    "parse",
    "standard_from",
]
