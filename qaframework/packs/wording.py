"""The rules of a framework in plain words, for the pages that show it."""

from calendar import month_name
from collections.abc import Iterable, Sequence

from qaframework.packs.definition import (
    ActivityType,
    CoverageRule,
    DrawRule,
    FollowUpRule,
    MidwayRule,
    ModerationRule,
    Pack,
    PraiseRule,
    ReportRule,
    SampleRule,
)
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import Offset, RecordDue
from qaframework.rules.ladders import Ladder, Rung
from qaframework.rules.periods import ProgrammeYear
from qaframework.rules.quotas import Per, Quota, SharedQuota, YearsDue

KINDS = {
    "case_audit": "An audit of one child's case",
    "case_review": "A review of one child's case",
    "dip_sample": "A few questions about several children",
    "observation": "An observation of practice",
    "practice_week": "A practice week",
    "supervision_audit": "A look at a supervision record",
    "visit": "A visit to a service, or work about one",
    "peer_review": "A look at a colleague’s report before it is issued",
    "appraisal": "A talk about somebody’s work and what would help them",
    "benchmarking": "One case that a group audits, each alone, to see how alike they grade",
}
# What a rule adds to what always holds: nobody audits their own case or that of a worker they manage.
INDEPENDENCE = {
    "none": "",
    "not_own_case": "",
    "not_own_team": ", nor a case of their own team",
    "not_own_service": ", nor a case of their own service",
    "own_service": "; cases come from their own service",
    "own_function": "; cases come from their own function",
}
IN_SOME_MONTHS = {
    "none": "any other case",
    "not_own_case": "any other case",
    "not_own_team": "cases of another team",
    "not_own_service": "cases of another service",
    "own_service": "cases of their own service",
    "own_function": "cases of their own function",
}
GROUPS = {
    "own_group": "in their own supervision group",
    "own_line": "in their own line of management",
    "own_unit": "in their own unit and those below it",
    "outside_line": "outside their own line of management",
    "anywhere": "in any part of the framework",
}
SAMPLED = {
    "audits": "audits that were handed in",
    "moderated_audits": "audits whose moderation was finished",
    "closed_actions": "actions that were verified",
    "closed_loops": "loops that were closed",
    "cases": "open cases",
    "closed_cases": "cases that closed",
    "open_and_closed_cases": "open cases and cases that closed",
    "worker_cases": "open cases of that person",
}
SAMPLE_POOLS = {
    "framework": "all units of the framework",
    "own_service": "their own service",
    "own_function": "their own function",
}
STRATA = {"plan_type": "kinds of plan", "age_band": "age bands", "team_name": "teams"}
EVERY = {
    Per.MONTH: "a month",
    Per.TWO_MONTHS: "every two months",
    Per.QUARTER: "a quarter",
    Per.HALF_YEAR: "every half-year",
    Per.YEAR: "a year",
}
TIMES = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
HOW_OFTEN = {1: "once", 2: "twice"}
RELATIVE = {"owner": "the person who owes it", "line_manager": "their line manager"}

DUE_BY_THE_DAY_OF_ISSUE = "It is handed in by the day of issue, before the report goes out."

# (what, in words)
Fact = dict[str, str]


def activity_facts(pack: Pack, activity: ActivityType) -> list[Fact]:
    """The rules of one activity as rows of a summary list."""
    rows = [
        ("What it is", KINDS[activity.kind]),
        ("Form", pack.tool_names[activity.tool]),
        ("Or on one of these forms", "\n".join(pack.tool_names[key] for key in activity.other_tools)),
        ("Form for the newly qualified", pack.tool_names.get(activity.newly_qualified_tool, "")),
        ("Graded on", _scheme_label(pack, activity)),
        ("How it is held", _held(activity)),
        ("Before they meet", "\n".join(cited(one.label, one.clauses) for one in activity.preparation)),
        ("Due", _due(activity)),
        ("Allocated", _allocated(pack, activity)),
        ("Who audits", _who_audits(activity)),
        ("Who may start one", _started(pack, activity)),
        ("Halfway between reviews", "\n".join(_midway(pack, rule) for rule in activity.midway)),
        ("After an audit", _follow_up(pack, activity.follow_up)),
        ("Whom it is about", _subjects(pack, activity)),
        ("Draw", _draw(activity.draw)),
        ("What is looked at", _sample(activity.sample)),
        ("Least share", _minimum_share(activity.draw)),
        ("Share of all cases", _annual_share(pack, activity.draw)),
        ("New practitioners", _new_workers(activity.draw)),
        ("Moderation", _moderation(pack, activity)),
        ("When it is late", pack.ladder_notes[activity.ladder].label),
        ("More time", _extension(pack, activity)),
        ("Pausing the deadline", _pause(pack, activity)),
        ("Closing the loop", _loop(pack, activity)),
        ("Note", activity.note),
        ("Clauses", ", ".join(activity.clauses)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def ladder_rows(pack: Pack, ladder: Ladder) -> list[list[str]]:
    """Each step with when it comes and who is told."""
    return [[_when(rung), sentence(recipients(pack, rung.recipients)), rung.name] for rung in ladder.rungs]


def recipients(pack: Pack, keys: Iterable[str]) -> str:
    return in_a_list([RELATIVE.get(key) or pack.role_label(key) for key in keys])


def rule_facts(pack: Pack) -> list[Fact]:
    """The rules for actions, concerns, closing the loop and reports."""
    actions, loop, concern = pack.action_rules, pack.loop_rule, pack.concern_rule
    rows = [
        ("Immediate actions", f"Within {actions.immediate}"),
        ("Other actions", f"Within {actions.standard}"),
        ("Telling worker and manager", f"Within {actions.notify_within}"),
        ("Heading on the child's file", actions.file_heading.format(month="the month of the work")),
        ("Clauses about actions", ", ".join(actions.clauses)),
        ("Immediate concerns", f"Acknowledged within {concern.acknowledge_within}"),
    ]
    if loop is not None:
        senior, head = pack.role_label(loop.senior_role), pack.role_label(loop.authorised_by)
        rows += [
            ("Closing the loop", f"{senior} meets worker and manager within {loop.due}; {head} authorises"),
            ("Another case for the worker", f"{loop.reaudit_after} after the loop is closed"),
            ("Clauses about closing the loop", ", ".join(loop.clauses)),
        ]
    if pack.praise_rule is not None:
        rows.append(("Best audits", _praise(pack, pack.praise_rule)))
    rows += [
        (rule.label, f"{recipients(pack, rule.roles)}: {'; '.join(how_often(rule))}")
        for rule in pack.coverage
    ]
    rows += [
        (
            report_label(report).capitalize(),
            cited(
                f"On day {report.day_of_month} of the next month, to {recipients(pack, report.recipients)}",
                report.clauses,
            ),
        )
        for report in pack.reports
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def word_facts(pack: Pack) -> list[Fact]:
    """What things are called here where it is not what they are called otherwise."""
    words = {
        key.replace("qa_", "quality assurance ").replace("_", " "): word for key, word in pack.labels.items()
    }
    return [{"label": sentence(key), "value": word} for key, word in words.items() if key != word.lower()]


def note_facts(pack: Pack) -> list[Fact]:
    """What a reader must know, and what each note is about."""
    return [
        {"label": note.about.replace("_", " ").capitalize(), "value": cited(note.text, note.clauses)}
        for note in pack.notes
    ]


def report_label(report: ReportRule) -> str:
    """For instance “quarterly report of each function”."""
    units = in_a_list([f"unit {code}" for code in report.units])
    of = f" of each {report.for_each}" if report.for_each else f" of {units}" if units else ""
    return f"{report.kind} report{of}"


def how_often(rule: CoverageRule) -> list[str]:
    """The longest time from one to the next, and that for some people where it is shorter."""
    times = [
        ("", rule),
        ("while newly qualified ", rule.newly_qualified),
        ("whoever needs support, as their managers set it, ", rule.needing_support),
    ]
    often = HOW_OFTEN.get(rule.times, f"{TIMES[rule.times]} times")
    return [f"{whose}{at_least(often, one.within, one.clauses)}" for whose, one in times if one]


def at_least_once(within: Offset, clauses: Sequence[str]) -> str:
    return at_least("once", within, clauses)


def at_least(often: str, within: Offset, clauses: Sequence[str]) -> str:
    """For instance “at least once in 12 months”."""
    return cited(f"at least {often} in {within}", clauses)


def stretch_name(per: Per, number: int, year_starts_in: int) -> str:
    """What the ``number``-th stretch of a programme year (from 1) is called, whatever the year."""
    if per is Per.QUARTER:
        return f"quarter {number}"
    if per is Per.YEAR:
        return "the year"
    first = (number - 1) * per.months
    names = [month_name[(year_starts_in - 1 + place) % 12 + 1] for place in (first, first + per.months - 1)]
    return " to ".join(dict.fromkeys(names))


def volume_texts(pack: Pack) -> list[str]:
    texts = (
        (one, amounts_in_words(pack, one.per, one.amounts), pack.activity(one.activity).label)
        for one in pack.expected_volumes
    )
    return [cited(f"{label}: {text} across the authority", one.clauses) for one, text, label in texts]


def amounts_in_words(pack: Pack, per: Per, amounts: Sequence[int]) -> str:
    """For instance “14 a month, none in April and August”, or “10 in April and 10 in August”."""
    named = [
        (stretch_name(per, number, pack.year_starts_in), amount) for number, amount in enumerate(amounts, 1)
    ]
    asked = [(name, amount) for name, amount in named if amount]
    usual = {amount for _, amount in asked}
    if len(usual) > 1 or 0 < len(asked) < len(named) / 2:
        return in_a_list([f"{amount} in {name}" for name, amount in asked])
    without = in_a_list([name for name, amount in named if not amount])
    return f"{max(usual, default=0)} {EVERY[per]}{f', none in {without}' if without and usual else ''}"


def years_in_words(years: YearsDue, year: ProgrammeYear) -> str:
    """For instance “every two years, next in April 2028 to March 2029”; empty for what is owed every year."""
    if years.every == 1:
        return ""
    due = ProgrammeYear(years.next_due(year), year.starts_in)
    when = "due in" if due == year else "next in"
    return f"every {TIMES[years.every]} years, {when} {due.label}"


def not_due_in(pack: Pack, year: ProgrammeYear) -> list[str]:
    """What is owed in some years only and not in this one, and when it comes, as sentences (RBWM-07)."""
    quotas: list[Quota | SharedQuota] = [*pack.quotas, *pack.shared_quotas]
    said = (
        f"{pack.activity(one.activity).label} is not planned in this year. It is owed "
        f"{years_in_words(one.years, year)}."
        for one in quotas
        if not one.years.is_due(year)
    )
    return list(dict.fromkeys(said))


def grade_labels(pack: Pack, activity: ActivityType, keys: Sequence[str]) -> str:
    """Grades by the words of the activity's scheme."""
    if activity.grade_scheme is None:
        return ""
    scheme = pack.scheme(activity.grade_scheme)
    return in_a_list([scheme.grade(key).label for key in keys])


def _allocated(pack: Pack, activity: ActivityType) -> str:
    if activity.closure_owed_by:
        nearest = " or ".join(pack.role_label(role) for role in activity.closure_owed_by)
        return f"When a case closes, to the nearest {nearest}"
    if activity.midway or activity.follow_up:
        return "When it falls due, evenly to those who owe it"
    if activity.is_about_one_case and activity.started_by:
        return "When somebody starts it"
    return f"{activity.lead_time} ahead" if activity.lead_time else "When its month begins"


def _held(activity: ActivityType) -> str:
    held = "In person" if activity.mode == "in_person" else "As people agree"
    return held if activity.is_announced else f"{held}, without telling the service beforehand"


def _scheme_label(pack: Pack, activity: ActivityType) -> str:
    return pack.grade_schemes[activity.grade_scheme].label if activity.grade_scheme else "Not graded"


def _due(activity: ActivityType) -> str:
    if activity.is_dated_later:
        return "On dates that are settled later in the year"
    due = f"{activity.deadline} after it is allocated" if activity.deadline else ""
    due = due or f"By the end of its {activity.due_by}"
    return f"{due}. {record_due(activity)}" if activity.record else due


def record_due(activity: ActivityType) -> str:
    """When the record is due, where the day of the meeting, observation or visit counts, as a sentence."""
    if activity.record is None:
        return ""
    if activity.record.due is RecordDue.BEFORE_EVENT:
        ahead = activity.record.within
        return f"It is handed in {ahead} before the day of issue." if ahead.count else DUE_BY_THE_DAY_OF_ISSUE
    within = f"Its record is due {activity.record.within} after it took place"
    if activity.record.due is RecordDue.WHICHEVER_IS_SOONER:
        return f"{within}, or by that day if it comes sooner."
    return f"{within}."


def who_may_audit(independence: str) -> str:
    """Whose cases nobody is given, and from where they come, by a rule of independence."""
    return f"Nobody audits their own case or that of a worker they manage{INDEPENDENCE[independence]}"


def _who_audits(activity: ActivityType) -> str:
    if activity.kind == "case_review":
        if activity.subjects:
            return ""
        also = INDEPENDENCE[activity.independence]
        return f"Nobody reviews their own case or that of a worker they manage{also}"
    if activity.kind != "case_audit":
        return ""
    months: dict[str, list[str]] = {}
    for month, rule in activity.independence_by_month.items():
        months.setdefault(rule, []).append(month.capitalize())
    others = [f". In {in_a_list(names)}: {IN_SOME_MONTHS[rule]}" for rule, names in months.items()]
    return who_may_audit(activity.independence) + "".join(others)


def _subjects(pack: Pack, activity: ActivityType) -> str:
    rules = [
        cited(
            f"{recipients(pack, rule.by)}: {recipients(pack, rule.whose)} {GROUPS[rule.group]}", rule.clauses
        )
        for rule in activity.subjects
    ]
    if activity.same_person_as:
        when = f"{activity.months_later} months before" if activity.months_later else "of the month"
        other = pack.activity(activity.same_person_as).label
        rules.append(f"The same person as in “{other}” {when}")
    if rules and not activity.is_about_one_case:
        rules.append("Whoever has waited longest comes first, and nobody twice running by the same person")
    return "\n".join(rules)


def _started(pack: Pack, activity: ActivityType) -> str:
    """Who may begin one without owing it, and how its case is chosen where it is about one."""
    if not activity.started_by:
        return ""
    which = "any open one of the framework" if activity.of_any_team else "out of those that they may open"
    case = f". They say which case, {which}" if activity.is_about_one_case else ""
    return f"{recipients(pack, activity.started_by)}, when they see fit{case}"


def _draw(draw: DrawRule | None) -> str:
    if draw is None:
        return ""
    pool = "the auditor's function" if draw.pool == "function" else "all units of the framework"
    theme = ", of the cases that fit the month's theme" if draw.by_theme else ""
    spread = f", spread over {STRATA[draw.strata]}" if draw.strata else ""
    family = ", one child of a family" if draw.one_per_family else ""
    worker = ", one case of a practitioner" if draw.one_per_worker else ""
    left_out = [f"cases audited within {draw.exclude_audited_within}"]
    if draw.exclude_worker_audited_within:
        left_out.append(f"of a practitioner audited within {draw.exclude_worker_audited_within}")
    if draw.open_at_least.count:
        left_out.append(f"open for less than {draw.open_at_least}")
    drawn = f"At random from {pool}{theme}{spread}{family}{worker}; not {', or '.join(left_out)}"
    return cited(f"{drawn}. Reserves: {draw.reserve_share:.0%}", draw.clauses)


def sample_in_words(sample: SampleRule) -> str:
    """For instance “5 audits that were handed in within 3 months, drawn at random from their own service”."""
    within = f" within {sample.within}" if sample.within else ""
    chosen = _which_cases(sample.cases)
    where = "" if sample.is_of_one_worker else f" from {SAMPLE_POOLS[sample.pool]}"
    family = ", one child of a family" if sample.one_per_family else ""
    answers = f" For {sample.open_for} from then on they can answer." if sample.open_for else ""
    return (
        f"{sample.count} {SAMPLED[sample.of]}{within}{chosen}{family}, drawn at random{where} when it is "
        f"opened.{answers} Never what they did themselves, and nothing that they may not open"
    )


def _which_cases(cases: CaseCriteria) -> str:
    """For instance “ (child in care and send)”; empty for all of them."""
    keys = [key for keys in cases.as_data().values() for key in keys]
    return f" ({in_a_list([key.replace('_', ' ') for key in keys])})" if keys else ""


def _midway(pack: Pack, rule: MidwayRule) -> str:
    """For instance “Open cases (child in care) with a review every 6 months: Reviewing officer”."""
    cases = f"Open cases{_which_cases(rule.cases)} with a review every {rule.reviews_every}"
    return cited(f"{cases}: {recipients(pack, rule.owed_by)}", rule.clauses)


def _follow_up(pack: Pack, rule: FollowUpRule | None) -> str:
    if rule is None:
        return ""
    audits = in_a_list([f"“{pack.activity(key).label}”" for key in rule.of])
    owners = f"{recipients(pack, rule.owed_by)}, outside the line of auditor and moderator"
    return cited(f"{rule.after} after {audits} is final: {owners}", rule.clauses)


def _sample(sample: SampleRule | None) -> str:
    return cited(sample_in_words(sample), sample.clauses) if sample else ""


def _minimum_share(draw: DrawRule | None) -> str:
    rule = draw.minimum_share if draw else None
    if rule is None:
        return ""
    return cited(f"At least {rule.percent}% of the year's sample: {rule.label}", rule.clauses)


def _annual_share(pack: Pack, draw: DrawRule | None) -> str:
    rule = draw.annual_share if draw else None
    if rule is None:
        return ""
    extra = (
        f"; {recipients(pack, rule.extra_audits_by)} share what is missing" if rule.extra_audits_by else ""
    )
    return cited(f"{rule.percent:g}% of open cases in a year, spread over its months{extra}", rule.clauses)


def _new_workers(draw: DrawRule | None) -> str:
    rule = draw.new_workers if draw else None
    if rule is None:
        return ""
    return f"Cases of people in a post for less than {rule.within} count {rule.weight:g} times in the draw"


def _moderation(pack: Pack, activity: ActivityType) -> str:
    rule: ModerationRule | None = activity.moderation
    if rule is None:
        return ""
    some = f" and every {grade_labels(pack, activity, rule.all_of).lower()} one" if rule.all_of else ""
    which = "Every audit" if rule.share == 100 else f"{rule.share}% at random{some}"
    talk = ", after a talk with the auditor" if rule.discussion_required else ""
    return cited(f"{which}, within {rule.within}{talk}", rule.clauses)


def _extension(pack: Pack, activity: ActivityType) -> str:
    rule = activity.extension
    if rule is None:
        return "Not possible"
    when = ", only before the deadline" if rule.only_before_deadline else ""
    return cited(f"{pack.role_label(rule.decided_by)} decides{when}", rule.clauses)


def _pause(pack: Pack, activity: ActivityType) -> str:
    rule = activity.pause
    if rule is None:
        return ""
    who = pack.role_label(rule.decided_by) if rule.decided_by else "Whoever decides on more time"
    return cited(f"{who} may pause it for: {'; '.join(rule.reasons)}", rule.clauses)


def _loop(pack: Pack, activity: ActivityType) -> str:
    if not activity.opens_loop or pack.loop_rule is None:
        return ""
    return f"Opens when the grade is {grade_labels(pack, activity, pack.loop_rule.grades).lower()}"


def _praise(pack: Pack, rule: PraiseRule) -> str:
    schemes = [scheme.scheme.grades for scheme in pack.grade_schemes.values()]
    labels = {grade.key: grade.label for grades in schemes for grade in grades}
    grades = in_a_list([labels.get(key, key) for key in rule.grades], "or")
    return cited(
        f"{pack.role_label(rule.told)} is told when the final grade is {grades.lower()}", rule.clauses
    )


def _when(rung: Rung) -> str:
    if rung.offset.count == 0:
        return "On the day it is due" if rung.before else "When it is due"
    return f"{rung.offset} {'before' if rung.before else 'after'} it is due"


def cited(words: str, clauses: Sequence[str]) -> str:
    """A rule in words, with the clauses that it carries out behind it."""
    return f"{words} ({', '.join(clauses)})" if clauses else words


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def in_a_list(words: Sequence[str], joined_by: str = "and") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joined_by} {words[-1]}"
