"""What the pages on good practice show: the library, candidates for it, and what one audit noted (BF-20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from audits.good_practice_access import QA, library, praised_audits
from audits.models import CaseAudit, GoodPractice
from qaframework.allocation.reading import with_rules
from qaframework.people.forms import FilterForm, offer
from qaframework.people.models import Unit, User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.rules.working_days import start_of_day
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import Question
from qaframework.tools.models import Answer, ToolVersion
from qaframework.tools.reading import values_of
from qaframework.tools.values import text_of

GOOD_PRACTICE = "good_practice"
CANDIDATES_FOR = timedelta(days=366)
SUBMITTED = "answer_set__caseaudit__submitted_at"


class LibraryFilter(FilterForm):
    """A word, a topic, a function."""

    word = forms.CharField(label="Word", max_length=60, required=False)
    topic = forms.ChoiceField(label="Topic", required=False)
    function = forms.ChoiceField(label="Function", required=False)

    def __init__(self, data: Any, *, topics: Iterable[str], functions: Iterable[Unit]) -> None:
        super().__init__(data)
        known = [(topic.casefold(), topic[:1].upper() + topic[1:]) for topic in topics]
        offer(self, "topic", [("", "All"), *known])
        offer(self, "function", [("", "All"), *((str(unit.pk), unit.name) for unit in functions)])


@dataclass(frozen=True)
class Library:
    """One page of it, the newest first."""

    filter: LibraryFilter
    page: KeysetPage[GoodPractice]


@dataclass(frozen=True)
class Noted:
    """Good practice that one question of an audit noted; ``entry`` is what became of it so far."""

    question: Question
    text: str
    entry: GoodPractice | None


@dataclass(frozen=True)
class Candidate:
    audit: CaseAudit
    question: Question
    text: str


@dataclass(frozen=True)
class Candidates:
    """``proposed`` are all that wait, ``page`` what audits noted, the newest first."""

    proposed: list[GoodPractice]
    page: KeysetPage[Answer]
    noted: list[Candidate]


def library_for(user: User, query: QueryDict, on: date) -> Library:
    """As the address narrows it. Four queries."""
    entries = library(user, on)
    functions = {}
    topics: dict[str, str] = {}
    units = Unit.objects.filter(kind=Unit.Kind.FUNCTION)
    for words, path in entries.order_by("pk").values_list("topics", "unit__path"):
        topics |= {topic.casefold(): topic for topic in words.split("\n") if topic}
        functions[path] = path
    there = [unit for unit in units if any(path.startswith(unit.path) for path in functions)]
    chosen = LibraryFilter(query, topics=sorted(topics.values(), key=str.casefold), functions=there)
    return Library(chosen, _page_of(_narrowed(entries, chosen, there), query))


def _narrowed(
    entries: QuerySet[GoodPractice], chosen: LibraryFilter, functions: Iterable[Unit]
) -> QuerySet[GoodPractice]:
    if word := chosen.chosen("word").strip():
        fields = ("title", "what_was_done", "why_it_helped", "topics")
        entries = entries.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields)))
    if topic := chosen.chosen("topic"):
        entries = entries.filter(topics__icontains=f"\n{topic}\n")
    function = next((one for one in functions if str(one.pk) == chosen.chosen("function")), None)
    return entries.filter(unit__path__startswith=function.path) if function else entries


def _page_of(entries: QuerySet[GoodPractice], query: QueryDict) -> KeysetPage[GoodPractice]:
    related = entries.select_related("unit", "named")
    return keyset_page(related, moment="published_at", query=query, newest_first=True, size=10)


def noted_in(audit: CaseAudit) -> list[Noted]:
    """What the audit noted as good practice, in the order of its form. Two queries."""
    values = values_of(audit.answer_set)
    entries = {one.question: one for one in entries_of(audit)}
    return [
        Noted(question, text_of(question, values[question.key]), entries.get(question.key))
        for question in audit.answer_set.tool_version.definition.gathered(GOOD_PRACTICE)
        if question.key in values
    ]


def entries_of(audit: CaseAudit) -> QuerySet[GoodPractice]:
    """Everything that was proposed, published or set aside of it."""
    return GoodPractice.objects.filter(assignment=audit.assignment).select_related("proposed_by")


def candidates_for(user: User, query: QueryDict, on: date) -> Candidates:
    """What waits for a decision of the quality assurance team: proposals, and what audits of the last twelve
    months noted. A handful of queries, whatever there is."""
    audits = praised_audits(user, on, QA)
    proposed = GoodPractice.objects.filter(
        state=GoodPractice.State.PROPOSED,
        assignment__in=audits.order_by().values("assignment"),
    )
    related = ("proposed_by", "assignment__caseaudit", "assignment__case", "assignment__framework_version")
    waiting = list(proposed.select_related(*related).order_by("pk"))
    recent = audits.filter(submitted_at__gte=start_of_day(on - CANDIDATES_FOR))
    asked = _questions(recent)
    page = keyset_page(_answers(recent, asked), moment=SUBMITTED, query=query, newest_first=True)
    noted = [
        Candidate(answer.answer_set.caseaudit, question, text_of(question, answer.value))
        for answer in page.rows
        if not is_blank(answer.value)
        and (question := asked[answer.answer_set.tool_version_id][answer.question_key])
    ]
    with_rules([*(one.assignment for one in waiting), *(one.audit.assignment for one in noted)])
    return Candidates(waiting, page, noted)


def _questions(audits: QuerySet[CaseAudit]) -> dict[int, dict[str, Question]]:
    """The questions that note good practice, by key, of each version of a form that was used."""
    used = audits.order_by().values("answer_set__tool_version")
    versions = ToolVersion.objects.filter(pk__in=used).defer("content")
    return {
        version.pk: {question.key: question for question in version.definition.gathered(GOOD_PRACTICE)}
        for version in versions
    }


def _answers(audits: QuerySet[CaseAudit], asked: dict[int, dict[str, Question]]) -> QuerySet[Answer]:
    """The answers to those questions on which nobody has decided."""
    there = Q(pk__in=[])
    for version, questions in asked.items():
        there |= Q(answer_set__tool_version=version, question_key__in=list(questions))
    decided = GoodPractice.objects.filter(
        assignment=OuterRef("answer_set__caseaudit__assignment"), question=OuterRef("question_key")
    )
    related = ("assignment__case", "assignment__unit", "assignment__framework_version")
    return (
        Answer.objects.filter(there, answer_set__caseaudit__in=audits.order_by().values("pk"))
        .exclude(value="")
        .filter(~Exists(decided))
        .select_related(*(f"answer_set__caseaudit__{one}" for one in related))
    )
