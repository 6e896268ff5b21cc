"""What people are asked after an audit, in words."""

from qaframework.packs.definition import Pack
from qaframework.packs.wording import Fact, cited


def survey_facts(pack: Pack) -> list[Fact]:
    """Empty where the framework does not ask."""
    rule = pack.survey_rule
    if rule is None:
        return []
    who, form = pack.role_label("practitioner").lower(), pack.tool_names[rule.tool]
    said = (
        f"Auditor and {who} are asked “{form}” for {rule.open_for} from the day on which the grade is final"
    )
    told = cited(f"{said}. Nobody has to answer, and who answered what is not kept", rule.clauses)
    return [{"label": "Survey after an audit", "value": told}]
