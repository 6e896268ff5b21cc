"""The nouns of this room: draws, case audits and what belongs to them, dip samples and what they look at."""

from audits.models.audits import (
    AdviceRequest,
    AuditMeeting,
    AuditResult,
    CaseAudit,
    DipSample,
    Moderation,
    ModerationDraw,
)
from audits.models.draws import DrawnCase, MonthTheme, RecordedDraw, SampleDraw
from audits.models.samples import DipSampleDraw, SampledRecord

__all__ = [
    "AdviceRequest",
    "AuditMeeting",
    "AuditResult",
    "CaseAudit",
    "DipSample",
    "DipSampleDraw",
    "DrawnCase",
    "ModerationDraw",
    "Moderation",
    "MonthTheme",
    "RecordedDraw",
    "SampleDraw",
    "SampledRecord",
]
