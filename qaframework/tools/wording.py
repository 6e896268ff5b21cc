"""Conditions of a question in words: for paper, browsers without scripts, and those who write tools."""

from collections.abc import Callable, Iterable

from qaframework.packs.wording import in_a_list
from qaframework.tools.conditions import Condition
from qaframework.tools.definition import Question
from qaframework.tools.values import plain_number


def conditions_in_words(conditions: Iterable[Condition], question_of: Callable[[str], Question]) -> str:
    """For instance: the answer to “Was the child seen?” is No. Empty without conditions."""
    return in_a_list([_in_words(one, question_of(one.question)) for one in conditions])


def _in_words(condition: Condition, question: Question) -> str:
    asked = f"“{question.text}”"
    if condition.answered is not None:
        return f"{asked} is answered" if condition.answered else f"{asked} is not answered"
    if condition.options:
        words = [question.option_label(key) for key in condition.options]
        return f"the answer to {asked} is {in_a_list(words, 'or')}"
    bounds = []
    if condition.at_least is not None:
        bounds.append(f"at least {plain_number(condition.at_least)}")
    if condition.at_most is not None:
        bounds.append(f"at most {plain_number(condition.at_most)}")
    return f"the answer to {asked} is {in_a_list(bounds)}"
