"""A framework version with two invented tools, and answer sets on them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import User
from qaframework.tools.models import AnswerSet
from qaframework.tools.workflow import install_tools, save_answer, start_answer_set

THEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FILE = Path(__file__).parent.parent / "tools" / "tools.yaml"

FOUR_GRADES = {
    "key": "four",
    "label": "Four grades",
    "has_overall": True,
    "good_or_better": 2,
    "grades": [
        {"key": "outstanding", "label": "Outstanding", "descriptor": "Life is much better for the child."},
        {"key": "good", "label": "Good", "descriptor": "Life is better for the child."},
        {"key": "requires_improvement", "label": "Requires improvement", "descriptor": "Some help arrives."},
        {"key": "inadequate", "label": "Inadequate", "descriptor": "The child is not safer."},
    ],
}

# Answers to all that "everything" requires.
COMPLETE: dict[str, Any] = {
    "chronology_useful": "partly",
    "story": "Up at seven, breakfast with Nan.",
    "three": {"well": "School", "worried": "", "needs": "A visit at home"},
    "seen": "yes",
    "grade__daily_life": "good",
}


def tools_content() -> dict[str, Any]:
    tools: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return tools


def framework_version(number: int = 1, tools: dict[str, Any] | None = None) -> FrameworkVersion:
    """Version ``number`` of one invented framework; its tools are not installed yet."""
    framework, _ = Framework.objects.get_or_create(key="northmoor", defaults={"name": "Northmoor framework"})
    content = {"framework": {"grade_schemes": [FOUR_GRADES]}, "tools": tools or tools_content()}
    return FrameworkVersion.objects.create(
        framework=framework,
        number=number,
        label=f"2026.{number}",
        effective_from=date(2026, 4, 1),
        content=content,
        content_hash=f"{number:064d}",
        created_at=THEN,
    )


def answer_set(tool: str = "everything", by: User | None = None) -> AnswerSet:
    """An empty answer set on an installed tool."""
    version = framework_version()
    install_tools(framework_version=version, by=by, now=THEN)
    return start_answer_set(framework_version=version, tool_key=tool, by=by, now=THEN)


def answer(answer_set: AnswerSet, by: User, **values: Any) -> None:
    """Save first answers, one for each keyword."""
    for key, value in values.items():
        save_answer(answer_set=answer_set, question_key=key, value=value, version=0, by=by, now=THEN)
