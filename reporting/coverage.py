"""When each member of staff was last observed, had a case audited or their supervision audited, and how that
stands to what the framework asks for (BED-29, SAN-32)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.urls import reverse

from observations.models import Observation
from qaframework.allocation.access import people_in_line
from qaframework.allocation.models import Assignment, AssignmentQuerySet, ObservationInterval
from qaframework.allocation.observing import asked_by, first_due, own_intervals
from qaframework.allocation.reading import packs_on
from qaframework.caseload.access import cleared_q
from qaframework.packs.definition import CoverageRule
from qaframework.packs.wording import how_often, sentence
from qaframework.people.calendar import working_calendar
from qaframework.people.forms import FilterForm, offer
from qaframework.people.models import Post, PostHolding, Unit, User
from qaframework.people.templatetags.page import short_date, unbroken
from qaframework.rules.deadlines import Offset, due_date
from qaframework.rules.statistics import suppress_small
from qaframework.rules.working_days import WorkingCalendar, local_date
from qaframework.tools.models import Answer
from reporting.access import overseen_q
from reporting.forms import unit_choices

COLUMNS = (
    "Person",
    "Post",
    "Part of the organisation",
    "Last",
    "Days since",
    "How often",
    "Due by",
    "Next one",
    "Standing",
)
UNIT_COLUMNS = ("Part of the organisation", "People", "In time", "Late", "Never")
# Columns with nothing to say where nothing says how often, and the one for managers of the people only.
TIMED = {"Due by", "Standing", "Late"}
FOR_THE_LINE = "How often"
MOST_SHOWN = 100
HIDDEN = "Fewer than 5"
NOTHING = "–"

CASE_WORKERS = ("practitioner", "advanced_practitioner")
OBSERVED = (*CASE_WORKERS, "practice_development_manager", "iro", "cp_chair")
SUPERVISORS = ("advanced_practitioner", "team_manager", "senior_manager")


@dataclass(frozen=True)
class Aspect:
    """What people are looked at for. Where no framework says how often, ``rules`` is empty."""

    key: str
    label: str
    kind: str
    roles: tuple[str, ...]
    rules: tuple[CoverageRule, ...] = ()

    def rule_for(self, role: str) -> CoverageRule | None:
        return next((rule for rule in self.rules if role in rule.roles), None)

    @property
    def is_of_practice(self) -> bool:
        """Whether it is about being observed at all, which somebody may be more often than others."""
        return self.kind == "observation" and all(rule.is_of_practice for rule in self.rules)


ANY_FRAMEWORK = (
    Aspect("observed", "Observed", "observation", OBSERVED),
    Aspect("audited", "Had a case audited", "case_audit", CASE_WORKERS),
    Aspect("supervision", "Had their supervision audited", "supervision_audit", SUPERVISORS),
)


@dataclass(frozen=True)
class Person:
    """One member of staff in their post. ``last`` and ``by`` are local dates; ``by`` is None where nothing
    says how often. ``given_out`` is the last day of what is under way. ``how_often`` is in words, and empty
    unless the reader manages the person (BED-30)."""

    user: User
    post: Post
    last: date | None
    by: date | None
    given_out: date | None
    how_often: str

    def is_late(self, today: date) -> bool:
        return self.by is not None and self.by < today


class CoverageFilter(FilterForm):
    """Which kind of looking, and where."""

    what = forms.ChoiceField(label="What", required=False)
    unit = forms.ChoiceField(label="Part of the organisation", required=False)

    def __init__(self, data: Any, *, aspects: list[Aspect], units: list[Unit]) -> None:
        super().__init__(data)
        offer(self, "what", [(one.key, one.label) for one in aspects])
        offer(self, "unit", [("", "All that I may see"), *unit_choices(units)])


@dataclass(frozen=True)
class Coverage:
    """``people`` begin with those who never had one, then whoever has waited longest."""

    filter: CoverageFilter
    aspect: Aspect
    people: list[Person]
    services: list[Unit]
    today: date

    @property
    def columns(self) -> list[str]:
        return self._with_sense(COLUMNS, COLUMNS)

    @property
    def rows(self) -> list[list[Any]]:
        return [self._with_sense(COLUMNS, _row(one, self.today)) for one in self.people[:MOST_SHOWN]]

    @property
    def unit_columns(self) -> list[str]:
        columns = self._with_sense(UNIT_COLUMNS, UNIT_COLUMNS)
        return columns if self.is_timed else ["Had one" if one == "In time" else one for one in columns]

    @property
    def unit_rows(self) -> list[list[Any]]:
        """Counts by service, or by team where the reader sees no more; small ones are hidden, so that nobody
        is pointed at by a figure."""
        rows = _unit_rows(self.people, self.services, self.today)
        return [self._with_sense(UNIT_COLUMNS, row) for row in rows]

    @property
    def is_timed(self) -> bool:
        return bool(self.aspect.rules) or any(one.by for one in self.people)

    def _with_sense(self, columns: Sequence[str], cells: Sequence[Any]) -> list[Any]:
        """The cells of a row that have something to say."""
        left_out = set() if self.is_timed else set(TIMED)
        if not any(one.how_often for one in self.people):
            left_out.add(FOR_THE_LINE)
        return [cell for column, cell in zip(columns, cells, strict=True) if column not in left_out]

    @property
    def asked(self) -> list[str]:
        """What the frameworks ask for, each in a sentence."""
        rules = ((rule, how_often(rule)) for rule in self.aspect.rules)
        return [
            f"{sentence(said)}."
            for rule, (usual, *others) in rules
            for said in (f"{rule.label}: {usual}", *others)
        ]

    @property
    def file_rows(self) -> Iterator[list[Any]]:
        """All of them for a spreadsheet, a header first."""
        yield list(COLUMNS)
        for one in self.people:
            yield [
                one.user.full_name,
                one.post.title,
                one.post.unit.name,
                one.last or "Never",
                (self.today - one.last).days if one.last else "",
                one.how_often,
                one.by or "",
                one.given_out or "",
                _standing(one, self.today)["text"],
            ]


def coverage_for(user: User, query: QueryDict, today: date) -> Coverage:
    """As the address narrows it, for those whom the person oversees.

    Audits of restricted cases count only for readers who are cleared for them."""
    units = list(Unit.objects.filter(overseen_q(user, today, ""), is_active=True).order_by("path"))
    aspects = _aspects(today)
    chosen = CoverageFilter(query, aspects=aspects, units=units)
    aspect = next((one for one in aspects if one.key == chosen.chosen("what")), aspects[0])
    unit = next((one for one in units if str(one.pk) == chosen.chosen("unit")), None)
    scope = overseen_q(user, today, "post__unit")
    if unit is not None:
        scope &= Q(post__unit__path__startswith=unit.path)
    people = _people(user, aspect, scope, today)
    people.sort(key=lambda one: (one.last or date.min, one.by or date.max, one.user.full_name, one.user.pk))
    services = [one for one in units if one.kind in (Unit.Kind.FUNCTION, Unit.Kind.SERVICE)]
    return Coverage(chosen, aspect, people, services, today)


def _aspects(today: date) -> list[Aspect]:
    """What the frameworks in force ask for, and the kinds of which they say nothing."""
    rules: dict[str, list[CoverageRule]] = {}
    for pack in packs_on(today).values():
        for rule in pack.coverage:
            rules.setdefault(rule.key, []).append(rule)
    found = []
    for key, its in rules.items():
        roles = tuple(dict.fromkeys(role for rule in its for role in rule.roles))
        found.append(Aspect(key, its[0].label, its[0].kind, roles, tuple(its)))
    whole = {one.kind for one in found if one.rules[0].counts_all}
    return found + [one for one in ANY_FRAMEWORK if one.kind not in whole]


def _people(user: User, aspect: Aspect, scope: Q, today: date) -> list[Person]:
    """Each person once, in their main post of the roles. Six queries, of which two are about how often."""
    holdings = PostHolding.objects.on(today).filter(scope, post__is_active=True, post__role__in=aspect.roles)
    rows = holdings.select_related("user", "post__unit").order_by("is_acting", "starts_on", "pk")
    held: dict[int, PostHolding] = {}
    for holding in rows:
        held.setdefault(holding.user_id, holding)
    last, counted = _last(user, aspect, list(held), today), _counted(user, aspect, list(held), today)
    under_way, calendar = _under_way(user, aspect, list(held), today), working_calendar()
    own = own_intervals() if aspect.is_of_practice else {}
    managed = set(people_in_line(user, today).values_list("user", flat=True)) if aspect.is_of_practice else ()
    found = []
    for pk, one in held.items():
        rule = aspect.rule_for(one.post.role)
        # Where no framework says how often, a time would tell others that somebody has one of their own.
        interval = own.get(pk) if rule or pk in managed else None
        times = _times(rule, one.user, interval, today)
        days = counted.get(rule.times, {}) if rule and rule.times > 1 else last
        since = days.get(pk) or one.starts_on
        found.append(
            Person(
                user=one.user,
                post=one.post,
                last=last.get(pk),
                by=first_due(since, times, calendar),
                given_out=under_way.get(pk),
                how_often=_how_often(since, times, interval, calendar, today) if pk in managed else "",
            )
        )
    return found


def _times(
    rule: CoverageRule | None, worker: User, own: ObservationInterval | None, today: date
) -> dict[Offset, str]:
    """How often, by whatever says so: the framework, their first year, or an interval of their own."""
    asked = [one.within for one in asked_by(rule, worker, today)] if rule else []
    times = dict(zip(asked, ("", "newly qualified"), strict=False))
    return times | {own.offset: "own interval"} if own else times


def _how_often(
    since: date,
    times: Mapping[Offset, str],
    own: ObservationInterval | None,
    calendar: WorkingCalendar,
    today: date,
) -> str:
    """The shortest time and what it comes from, for those who manage the person."""
    if not times:
        return "No time set"
    shortest = min(times, key=lambda one: due_date(since, one, calendar))
    review = "to be reviewed" if own and own.is_to_be_reviewed(today) else ""
    return ", ".join(filter(None, (f"Every {shortest}", times[shortest], review)))


def _last(user: User, aspect: Aspect, people: list[int], today: date) -> dict[int, date]:
    """The local day of the last one of each person that was handed in. One query."""
    question = next((rule.question for rule in aspect.rules if rule.question), "")
    if aspect.kind == "observation" and question:
        return _last_with_answer(aspect, question, people)
    done = _done(user, aspect, people, today)
    if aspect.kind == "observation":
        observed = Observation.objects.filter(assignment__in=done).order_by()
        days = observed.values_list("assignment__worker").annotate(last=Max("observed_on"))
        return {worker: day for worker, day in days if worker is not None and day is not None}
    moments = done.values_list("worker").annotate(last=Max("submitted_at"))
    return {worker: local_date(at) for worker, at in moments if worker is not None and at is not None}


def _counted(user: User, aspect: Aspect, people: list[int], today: date) -> dict[int, dict[int, date]]:
    """Where a rule asks for several in its time, the local day from which the next is reckoned: that of the
    last but one where it asks for two. By how many it asks for, then by person. A query for each number."""
    moment = "observation__observed_on" if aspect.kind == "observation" else "submitted_at"
    newest_first = Window(RowNumber(), partition_by=F("worker"), order_by=[F(moment).desc(), F("pk").desc()])
    done = _done(user, aspect, people, today).filter(**{f"{moment}__isnull": False})
    placed = done.annotate(place=newest_first)
    found = {}
    for times in {rule.times for rule in aspect.rules if rule.times > 1}:
        rows = placed.filter(place=times).values_list("worker", moment)
        found[times] = {worker: at if moment != "submitted_at" else local_date(at) for worker, at in rows}
    return found


def _done(user: User, aspect: Aspect, people: list[int], today: date) -> AssignmentQuerySet:
    """What was handed in of the work that counts, about any of the people."""
    done = _about(user, aspect, people, today).filter(state__in=Assignment.DONE_STATES)
    return done.order_by()


def _about(user: User, aspect: Aspect, people: list[int], today: date) -> AssignmentQuerySet:
    work = Assignment.objects.filter(cleared_q(user, today), kind=aspect.kind, worker__in=people)
    activities = {rule.activity for rule in aspect.rules if rule.activity}
    return work.filter(activity__in=activities) if activities else work


def _last_with_answer(aspect: Aspect, question: str, people: list[int]) -> dict[int, date]:
    """The same of observations in which the question has one of the answers."""
    wanted = {answer for rule in aspect.rules for answer in rule.answers}
    given = Answer.objects.filter(
        question_key=question,
        answer_set__observation__assignment__worker__in=people,
        answer_set__observation__assignment__state__in=Assignment.DONE_STATES,
        answer_set__observation__observed_on__isnull=False,
    ).order_by("answer_set__observation__observed_on")
    rows = given.values_list(
        "answer_set__observation__assignment__worker", "answer_set__observation__observed_on", "value"
    )
    return {worker: day for worker, day, value in rows if day is not None and value in wanted}


def _under_way(user: User, aspect: Aspect, people: list[int], today: date) -> dict[int, date]:
    """The last day of open work of the kind about each person. One query."""
    work = _about(user, aspect, people, today).open()
    latest = work.order_by().values_list("worker").annotate(last=Max("due_on"))
    return {worker: day for worker, day in latest if worker is not None and day is not None}


def _standing(one: Person, today: date) -> dict[str, str]:
    if one.is_late(today):
        return {"text": "Late", "status": "late"}
    if one.last is None:
        return {"text": "Never", "status": "open"}
    return {"text": "In time" if one.by else "No time set", "status": "done" if one.by else "planned"}


def _row(one: Person, today: date) -> list[Any]:
    return [
        one.user.full_name,
        one.post.title,
        one.post.unit.name,
        unbroken(short_date(one.last)) or "Never",
        (today - one.last).days if one.last else NOTHING,
        {"text": one.how_often, "url": reverse("allocation:observed", args=[one.user.pk])}
        if one.how_often
        else NOTHING,
        unbroken(short_date(one.by)) or NOTHING,
        unbroken(f"Due {short_date(one.given_out)}") if one.given_out else NOTHING,
        _standing(one, today),
    ]


def _unit_rows(people: Iterable[Person], services: list[Unit], today: date) -> list[list[Any]]:
    by_unit: dict[str, list[Person]] = {}
    for one in people:
        above = [unit for unit in services if one.post.unit.path.startswith(unit.path)]
        unit = max(above, key=lambda unit: len(unit.path), default=one.post.unit)
        by_unit.setdefault(unit.name, []).append(one)
    sizes: Mapping[str, int | None] = suppress_small({name: len(there) for name, there in by_unit.items()})
    rows: list[list[Any]] = []
    for name, there in sorted(by_unit.items()):
        if sizes[name] is None:
            rows.append([name, HIDDEN, NOTHING, NOTHING, NOTHING])
            continue
        late = sum(one.is_late(today) for one in there)
        never = sum(one.last is None for one in there)
        in_time = sum(one.last is not None and not one.is_late(today) for one in there)
        rows.append([name, len(there), in_time, late, never])
    return rows
