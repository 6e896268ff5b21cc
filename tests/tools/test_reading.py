"""What several answer sets say together."""

from datetime import datetime

import pytest

from qaframework.tools.models import AnswerSet
from qaframework.tools.reading import answered_together
from qaframework.tools.workflow import install_tools, start_answer_set
from tests.factories.people import UserFactory
from tests.factories.tools import answer, answer_set, framework_version, tools_content

pytestmark = pytest.mark.django_db


def test_only_the_rows_about_a_reference_are_left_out(now: datetime) -> None:
    """Answers of every kind are gone through: also texts that say the same as the reference, and lists."""
    by = UserFactory()
    everything = answer_set("everything")
    version = everything.tool_version.tool.framework.versions.get()
    visits = start_answer_set(framework_version=version, tool_key="visits", by=None, now=now)
    answer(everything, by, themes=["voice", "fathers"])
    answer(visits, by, row_ref__r1="C1", row_ref__r2="C2", note__r1="C2", note__r2="Seen.")
    found = {
        one.tool_version.tool.key: sorted(one.values.values())
        for one in answered_together(AnswerSet.objects.all(), without={"C2"})
    }
    assert found == {"everything": [["voice", "fathers"]], "visits": ["C1", "C2"]}


def test_answers_on_two_versions_of_a_tool_count_together(now: datetime) -> None:
    by = UserFactory()
    before = answer_set("everything")
    tools = tools_content()
    asked = tools["everything"]["sections"][0]["questions"][2]
    asked["text"] = "Was the child seen on their own?"
    newer = framework_version(2, tools)
    install_tools(framework_version=newer, by=None, now=now)
    after = start_answer_set(framework_version=newer, tool_key="everything", by=None, now=now)
    answer(before, by, seen="yes")
    answer(after, by, seen="no")
    (together,) = answered_together(AnswerSet.objects.all())
    assert (together.answer_sets, sorted(together.values.values())) == (2, ["no", "yes"])
    assert together.tool_version == after.tool_version
    texts = [one.tool_version.definition.question("seen").text for one in (before, after)]
    assert texts == ["Was the child seen alone?", "Was the child seen on their own?"]
