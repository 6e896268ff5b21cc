"""A framework pack as typed objects: what one authority does differently from another.

One file for each subject, each with its entries as classes and how they are read from a checked pack.
"""

from qaframework.packs.definition.activities import ActivityType, ExtensionRule, ModerationRule
from qaframework.packs.definition.draws import DrawRule
from qaframework.packs.definition.follow_up import ActionRules, ConcernRule, LoopRule
from qaframework.packs.definition.grades import PackGradeScheme, grade_scheme_from
from qaframework.packs.definition.ladders import LadderNotes
from qaframework.packs.definition.pack import Pack, PackNote, parse
from qaframework.packs.definition.quotas import ExpectedVolume
from qaframework.packs.definition.reports import ReportRule

__all__ = [
    "ActionRules",
    "ActivityType",
    "ConcernRule",
    "DrawRule",
    "ExpectedVolume",
    "ExtensionRule",
    "LadderNotes",
    "LoopRule",
    "ModerationRule",
    "Pack",
    "PackGradeScheme",
    "PackNote",
    "ReportRule",
    "grade_scheme_from",
    "parse",
]
