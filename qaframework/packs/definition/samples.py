"""What a dip sample looks at, where the program draws it."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of, offset_of
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import Offset

WORKER_CASES = "worker_cases"


@dataclass(frozen=True)
class SampleRule:
    """``count`` records of the kind ``of``, from the part of the organisation that ``pool`` names.

    ``within`` is how far back the records were finished or cases closed, None for open cases. ``cases`` says
    which cases count; without any criteria, all do. ``open_for`` is how long those drawn for a survey can
    answer, None for other work (BED-17, RBWM-07, RBWM-19, SAN-10, SAN-13, SAN-30, SAN-37).
    """

    of: str
    pool: str
    count: int
    within: Offset | None
    cases: CaseCriteria
    one_per_family: bool
    open_for: Offset | None
    clauses: tuple[str, ...]

    @property
    def is_of_one_worker(self) -> bool:
        """Whether somebody has to be named first, whose cases are drawn."""
        return self.of == WORKER_CASES


def sample_rule_from(data: Json) -> SampleRule:
    return SampleRule(
        of=data["of"],
        pool=data.get("from", "framework"),
        count=data["count"],
        within=offset_of(data.get("within")),
        cases=CaseCriteria.of(data.get("cases", {})),
        one_per_family=data.get("one_per_family", False),
        open_for=offset_of(data.get("open_for")),
        clauses=clauses_of(data),
    )
