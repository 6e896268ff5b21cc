"""The themes of the demonstration's months, where its framework draws audits by theme."""

from datetime import datetime

from audits.theme_pages import by_theme
from audits.workflow import set_theme
from qaframework.allocation.models import Programme
from qaframework.caseload.models import AgeBand, CaseFlag, PlanType
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from reporting.demo.story import Story

# (title, where it comes from, which cases fit)
THEMES = (
    (
        "The voice of teenagers",
        "Audits of the last quarter heard younger children better than older ones.",
        CaseCriteria(age_bands=(AgeBand.FROM_10_TO_15, AgeBand.FROM_16_TO_17)),
    ),
    (
        "Child protection plans that answer the risk",
        "The share of second plans has grown.",
        CaseCriteria(plan_types=(PlanType.CHILD_PROTECTION,)),
    ),
    (
        "Children who go missing or are exploited",
        "Return interviews came late in spring.",
        CaseCriteria(flags=(CaseFlag.MISSING, CaseFlag.EXPLOITATION)),
    ),
    (
        "Purposeful visits",
        "Families told us that visits feel alike.",
        CaseCriteria(plan_types=(PlanType.CHILD_IN_NEED, PlanType.CHILD_PROTECTION)),
    ),
    (
        "Children with special educational needs",
        "The inspection of the local area looks at them next year.",
        CaseCriteria(flags=(CaseFlag.SEND, CaseFlag.EHC_PLAN)),
    ),
)


def set_theme_of(story: Story, programme: Programme, month: Month, at: datetime) -> None:
    """The next of the themes in turn, set before the month is drawn; for the whole of the authority."""
    manager = story.holder_of_role(story.version.framework.units.all()[0].pk, "qa_manager")
    if manager is None or not by_theme(story.pack):
        return
    title, source, criteria = THEMES[(month.year * 12 + month.month) % len(THEMES)]
    root = next(unit for unit in story.organisation.units.values() if unit.parent_id is None)
    set_theme(
        programme=programme,
        month=month,
        unit=root,
        title=title,
        source=source,
        criteria=criteria,
        by=manager,
        now=at,
    )
