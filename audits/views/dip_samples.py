"""A dip sample's pages: the shared ones, with what the answers add up to (LAN-12)."""

from collections.abc import Mapping
from typing import Any

from audits.dip_samples import QuestionResult, results
from audits.models import DipSample
from qaframework.activities.views import ActivityPages

COLUMNS = [
    {"label": "Question"},
    *({"label": label, "numeric": True} for label in ("Yes", "Partly", "No", "Does not apply")),
    {"label": "Share of yes"},
]


class DipSamplePages(ActivityPages):
    model = DipSample
    kinds = ("dip_sample",)
    namespace = "audits"
    prefix = "dip_sample_"

    def results(self, sample: DipSample, values: Mapping[str, Any]) -> dict[str, Any] | None:
        if sample.is_open:
            return None
        found = results(sample.answer_set.tool_version.definition, values)
        notes = dict.fromkeys(one.met.note for one in found if one.met.note)
        return {"columns": COLUMNS, "rows": [_row(one) for one in found], "notes": list(notes)}


def _row(one: QuestionResult) -> list[Any]:
    return [one.question.text, one.yes, one.partly, one.no, one.not_applicable, one.met.in_words]


PAGES = DipSamplePages()
