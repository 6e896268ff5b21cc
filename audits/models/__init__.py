"""The nouns of this room: draws, audits and what belongs to them, dip samples, what they look at and show,
benchmarking, and the library of good practice."""

from audits.models.audits import (
    AdviceRequest,
    AuditMeeting,
    AuditResult,
    CaseAudit,
    DipSample,
    Moderation,
    ModerationDraw,
)
from audits.models.benchmarking import BenchmarkedSection, BenchmarkingAudit, BenchmarkingExercise
from audits.models.case_reviews import CaseReview
from audits.models.draws import DrawnCase, RecordedDraw, SampleDraw
from audits.models.good_practice import GoodPractice
from audits.models.samples import DipSampleDraw, SampledRecord
from audits.models.themes import DipSampleTheme, MonthTheme

__all__ = [
    "AdviceRequest",
    "AuditMeeting",
    "AuditResult",
    "BenchmarkedSection",
    "BenchmarkingAudit",
    "BenchmarkingExercise",
    "CaseAudit",
    "CaseReview",
    "DipSample",
    "DipSampleDraw",
    "DipSampleTheme",
    "DrawnCase",
    "GoodPractice",
    "Moderation",
    "ModerationDraw",
    "MonthTheme",
    "RecordedDraw",
    "SampleDraw",
    "SampledRecord",
]
