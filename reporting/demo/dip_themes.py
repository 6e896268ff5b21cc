"""The themes that one function chose for its dip samples, and what was agreed on what they show."""

from datetime import datetime, timedelta

from audits import workflow as audits
from audits.dip_theme_access import Place, Side, known_theme, rules_in
from qaframework.allocation.models import Programme
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month
from reporting.demo.answers import words
from reporting.demo.story import Story

HEAD, SENIOR = "hos-duty", "sm-duty"
MONTHS_KEPT, MONTHS_AHEAD = 4, 4
AFTER_THE_MONTH = timedelta(days=8)


def choose_dip_theme_of(story: Story, programme: Programme, month: Month, at: datetime) -> None:
    """The function's theme of a month of late, or of one to come, chosen before it begins."""
    if month < Month.of(story.today).plus(-MONTHS_KEPT):
        return
    head = story.holder(_post(story, HEAD))
    for place in _places(story, programme, month):
        themes = words()["dip_sample_themes"]
        chosen = themes[month.month % len(themes)]
        assert head is not None
        audits.choose_dip_theme(place=place, title=chosen["title"], source=chosen["source"], by=head, now=at)


def look_ahead_and_back(story: Story) -> None:
    """Themes of the next months; what past months show is agreed, what this one shows is written."""
    this_month = Month.of(story.today)
    for step in range(-MONTHS_KEPT, MONTHS_AHEAD + 1):
        month = this_month.plus(step)
        day = month.start
        programme = story.version.framework.programmes.filter(starts_on__lte=day, ends_on__gte=day).first()
        if programme is None:
            continue
        if month > this_month:
            choose_dip_theme_of(story, programme, month, story.now)
            continue
        for place in _places(story, programme, month):
            _write_up(story, place)


def _write_up(story: Story, place: Place) -> None:
    theme = known_theme(place)
    head, senior = (story.holder(_post(story, code)) for code in (HEAD, SENIOR))
    officer = story.holder_of_role(place.unit.pk, "qa_officer")
    if theme is None:
        return
    assert senior is not None
    at = min(story.end_of(place.month) + AFTER_THE_MONTH, story.now)
    audits.write_narrative(theme=theme, text=_narrative_on(theme.title), read=0, by=senior, now=at)
    if place.month == Month.of(story.today):
        return
    for read, (side, person) in enumerate(((Side.SERVICE, head), (Side.QA, officer)), 1):
        assert person is not None
        audits.sign_narrative(theme=theme, side=side, read=read, by=person, now=at)


def _narrative_on(title: str) -> str:
    return next(theme["narrative"] for theme in words()["dip_sample_themes"] if theme["title"] == title)


def _places(story: Story, programme: Programme, month: Month) -> list[Place]:
    unit: Unit = _post(story, HEAD).unit
    held = story.version.framework.units.all()
    if not any(unit.path.startswith(one.path) for one in held):
        return []
    return [Place(programme, story.pack, rule, unit, month) for rule in rules_in(story.pack)]


def _post(story: Story, code: str) -> Post:
    return next(post for post in story.organisation.posts.values() if post.code == code)
