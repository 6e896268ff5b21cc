"""Dip samples: a few questions about several children, and what they add up to (LAN-12)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from audits.models import DipSample
from qaframework.activities.access import is_open
from qaframework.activities.pages import ActivityPages
from qaframework.rules.statistics import share
from qaframework.tools.definition import Question, QuestionType, split_row_key
from qaframework.tools.reading import values_of

COUNTED = (QuestionType.YES_NO, QuestionType.YES_NO_NA, QuestionType.YES_PARTLY_NO_NA)


def results(sample: DipSample) -> list[list[Any]]:
    """For each question answered by yes or no: how many yes of how many that apply, and the share."""
    definition = sample.answer_set.tool_version.definition
    values = values_of(sample.answer_set)
    rows = []
    for section in definition.sections:
        for question in section.questions:
            if question.type in COUNTED:
                rows.append(_result(question, values))
    return rows


def _result(question: Question, values: Mapping[str, Any]) -> list[Any]:
    given = [value for key, value in values.items() if split_row_key(key)[0] == question.key]
    applicable = [value for value in given if value != "na"]
    found = share(sum(value == "yes" for value in applicable), len(applicable))
    percent = "too few for a percentage" if found.percent is None else f"{found.percent:.0f}%"
    return [question.text, f"{found.part} of {found.whole}", percent]


def _extra(sample: DipSample, request: HttpRequest) -> Mapping[str, Any]:
    if is_open(sample):
        return {}
    columns = [{"label": "Question"}, {"label": "Yes", "numeric": True}, {"label": "Share", "numeric": True}]
    return {"results": results(sample), "result_columns": columns}


PAGES = ActivityPages(
    model=DipSample, kinds=("dip_sample",), namespace="audits", prefix="dip_sample_", extra=_extra
)
