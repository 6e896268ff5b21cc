"""What the pages about themes show: the year's planner, and which cases a theme is about."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from audits.drawing import draw_day
from audits.models import MonthTheme, SampleDraw
from audits.qa_access import visible_themes
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.year_view import pack_of
from qaframework.caseload.models import AgeBand, Case, CaseFlag, PlanType, flag_keys
from qaframework.packs.definition import ActivityType, Pack
from qaframework.packs.practice_wording import chooser_label
from qaframework.packs.wording import in_a_list
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Unit, User
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month

Row = list[Any]

QA = Capability.RUN_QUALITY_ASSURANCE
KINDS = {"plan_types": PlanType, "age_bands": AgeBand, "flags": CaseFlag}


@dataclass(frozen=True)
class Planner:
    """A line for each theme, and for each month with audits by theme that has none yet."""

    rows: list[Row]
    asks_for_themes: bool


def planner(user: User, today: date) -> Planner:
    """The months of the running programmes, those that have passed with the theme that they had."""
    packs = packs_by_theme(user, today)
    programmes = {programme.pk: programme for programme in packs}
    owed = _owed({programme.pk: by_theme(pack) for programme, pack in packs.items()})
    themes: dict[tuple[int, str], list[MonthTheme]] = defaultdict(list)
    for theme in visible_themes(user, today).filter(programme__in=programmes).select_related("unit"):
        themes[theme.programme_id, theme.period].append(theme)
    fitting, calendar = Fitting.now(), working_calendar()
    drawn = set(
        SampleDraw.objects.filter(programme__in=programmes)
        .exclude(theme="")
        .values_list("programme", "period")
    )
    rows = []
    for key in sorted(owed.keys() | themes.keys(), key=lambda key: (key[1], key[0])):
        programme, month = programmes[key[0]], Month.parse(key[1])
        name = f"{month.label}\n{programme.framework.name}" if len(programmes) > 1 else month.label
        if not themes[key] and month >= Month.of(today):
            pack = packs[programme]
            drawn_on = min(draw_day(activity, month, calendar) for activity in by_theme(pack))
            rows.append([name, *_without_theme(programme, pack, month, owed[key], drawn_on, today)])
        is_open = month >= Month.of(today) and key not in drawn
        rows += [[name, *_with_theme(one, owed[key], fitting, is_open=is_open)] for one in themes[key]]
    return Planner(rows, bool(packs))


def packs_by_theme(user: User, today: date) -> dict[Programme, Pack]:
    """The programmes that have not ended in which audits are drawn by theme, each with its rules."""
    frameworks = visible_frameworks(user, today, QA).values("pk")
    running = Programme.objects.filter(framework__in=frameworks, ends_on__gte=today)
    packs = {one: pack_of(one, today) for one in running.select_related("framework").order_by("pk")}
    return {programme: pack for programme, pack in packs.items() if by_theme(pack)}


def by_theme(pack: Pack) -> list[ActivityType]:
    """The kinds of audit that are drawn by theme."""
    return [one for one in pack.activities.values() if one.draw and one.draw.by_theme]


def _owed(activities: Mapping[int, list[ActivityType]]) -> Counter[tuple[int, str]]:
    """How many audits by theme each month of a programme asks for."""
    keys = {one.key for kinds in activities.values() for one in kinds}
    rows = (
        Assignment.objects.filter(programme__in=activities, activity__in=keys)
        .exclude(state__in=[Assignment.State.WITHDRAWN, Assignment.State.EXCLUDED])
        .order_by()
        .values_list("programme", "period", "activity")
        .annotate(number=Count("pk"))
    )
    owed: Counter[tuple[int, str]] = Counter()
    for programme, period, activity, number in rows:
        if any(one.key == activity for one in activities[programme]):
            owed[programme, period] += number
    return owed


def _without_theme(
    programme: Programme, pack: Pack, month: Month, owed: int, drawn_on: date, today: date
) -> Row:
    """A month for which nobody has set a theme; the framework may have one."""
    query = urlencode({"programme": programme.pk, "month": month.key})
    set_it = {"text": "Set", "url": f"{reverse('audits:set_theme')}?{query}"}
    kinds = {activity.key for activity in by_theme(pack)}
    here = [theme for theme in pack.themes if any(theme.holds(kind, month) for kind in kinds)]
    if of_framework := [theme for theme in here if theme.label]:
        titles = "\n".join(dict.fromkeys(theme.label for theme in of_framework))
        cases = "\n".join(dict.fromkeys(criteria_in_words(theme.cases) for theme in of_framework))
        return [titles, cases, owed, "–", set_it]
    if drawn_on <= today:
        return [{"status": "late", "text": "No theme yet"}, "–", owed, "–", set_it]
    choosers = dict.fromkeys(_in_a_sentence(chooser_label(pack, theme.chosen_by)) for theme in here)
    by = f" from the {in_a_list(list(choosers))}" if choosers else ""
    return [f"None yet: needed{by} by {uk_date(drawn_on)}", "–", owed, "–", set_it]


def _with_theme(theme: MonthTheme, owed: int, fitting: "Fitting", *, is_open: bool) -> Row:
    where = "" if theme.unit.kind == Unit.Kind.AUTHORITY else f"\n{theme.unit.name}"
    change = {"text": "Change", "url": reverse("audits:change_theme", args=[theme.pk])}
    return [
        f"{theme.title}{where}",
        criteria_in_words(CaseCriteria.of(theme.criteria)),
        owed,
        fitting.number(theme) if is_open else "–",
        change if is_open else "–",
    ]


def criteria_in_words(criteria: CaseCriteria) -> str:
    """For instance “Child in care; aged 10 to 15; has gone missing or at risk of exploitation”."""
    parts = []
    for kind, keys in criteria.as_data().items():
        labels = [_in_a_sentence(str(KINDS[kind](key).label)) for key in keys]
        parts.append(f"{'aged ' if kind == 'age_bands' else ''}{' or '.join(labels)}")
    words = "; ".join(parts) or "all cases"
    return f"{words[0].upper()}{words[1:]}"


def _in_a_sentence(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"


@dataclass(frozen=True)
class Fitting:
    """The open cases, counted by what a theme can ask for."""

    counts: list[tuple[str, str, str, tuple[str, ...], int]]

    @classmethod
    def now(cls) -> "Fitting":
        rows = (
            Case.objects.filter(status=Case.Status.OPEN, unit__isnull=False)
            .order_by()
            .values_list("unit__path", "plan_type", "age_band", "flags")
            .annotate(number=Count("pk"))
        )
        return cls([(path, plan, age, flag_keys(flags), number) for path, plan, age, flags, number in rows])

    def number(self, theme: MonthTheme) -> int:
        criteria = CaseCriteria.of(theme.criteria)
        return sum(
            number
            for path, plan, age, flags, number in self.counts
            if path.startswith(theme.unit.path) and criteria.fits(plan_type=plan, age_band=age, flags=flags)
        )
