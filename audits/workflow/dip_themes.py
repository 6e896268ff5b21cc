"""Themes of dip samples by month and unit, and the narrative that service and QA team agree on (LAN-12)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from audits.dip_theme_access import MONTHS_AHEAD, Place, Side
from audits.dip_themes import agreed_by, rule_of
from audits.models import DipSampleTheme
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.allocation.year_view import pack_of
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date

MONTHS_REMINDED = 3
UNSIGNED = {
    "service_signed_by": None,
    "service_signed_at": None,
    "qa_signed_by": None,
    "qa_signed_at": None,
}
SIDES = {Side.SERVICE: "the service", Side.QA: "the quality assurance team"}


@transaction.atomic
def choose_dip_theme(*, place: Place, title: str, source: str, by: User, now: datetime) -> DipSampleTheme:
    """Say what a unit's dip samples of a month look at, or say it anew; their owners read it on their work.

    Raises Refused for a month outside the programme or more than six months ahead, and once a dip sample was
    handed in or a narrative written on the theme.
    """
    month, programme = place.month, place.programme
    if not programme.starts_on <= month.start <= programme.ends_on:
        raise Refused(f"{month.label} is not in the year of this programme.")
    if month > Month.of(local_date(now)).plus(MONTHS_AHEAD):
        raise Refused(f"Themes are chosen up to {MONTHS_AHEAD} months ahead.")
    work = Assignment.objects.filter(
        kind="dip_sample",
        programme=programme,
        activity__in=place.rule.activities,
        period=month.key,
        post__unit__path__startswith=place.unit.path,
    )
    # Nobody hands in on one theme while another is being chosen.
    known = (
        DipSampleTheme.objects.select_for_update()
        .filter(programme=programme, rule=place.rule.key, period=month.key, unit=place.unit)
        .first()
    )
    if known and work.filter(state__in=Assignment.DONE_STATES, theme=known.title).exists():
        raise Refused(f"Dip samples of {month.label} were handed in on this theme. It can no longer change.")
    if known and known.narrative:
        raise Refused(f"What was found in {month.label} is written up. Its theme can no longer change.")
    allocation.set_theme_of(assignments=work, theme=title, by=by, now=now)
    values: dict[str, Any] = {"title": title, "source": source, "set_by": by, "set_at": now}
    if known:
        return history.change(known, by=by, now=now, reason="Theme changed", **values)
    theme = DipSampleTheme(
        programme=programme, rule=place.rule.key, period=month.key, unit=place.unit, **values
    )
    try:
        with transaction.atomic():
            return history.create(theme, by=by, now=now, reason="Theme chosen")
    except IntegrityError:
        raise SomebodyElseWasFirst("Somebody chose this theme in the meantime.") from None


def carry_dip_themes(*, now: datetime) -> int:
    """Give work that was planned after its theme was chosen that theme; returns how much there was."""
    this_month = Month.of(local_date(now)).key
    waiting = Assignment.objects.filter(
        kind="dip_sample", theme="", state__in=allocation.BEFORE_HANDING_IN, period__gte=this_month
    )
    themes = DipSampleTheme.objects.filter(
        period__gte=this_month, period__in=waiting.order_by().values("period")
    )
    carried = 0
    for theme in themes.select_related("programme__framework", "unit"):
        rule = rule_of(theme, local_date(now))
        of_theme = waiting.filter(
            programme=theme.programme,
            activity__in=rule.activities if rule else (),
            period=theme.period,
            post__unit__path__startswith=theme.unit.path,
        )
        carried += allocation.set_theme_of(assignments=of_theme, theme=theme.title, by=None, now=now)
    return carried


@transaction.atomic
def write_narrative(
    *, theme: DipSampleTheme, text: str, read: int, by: User, now: datetime
) -> DipSampleTheme:
    """Say what the dip samples show; ``read`` is the version that the writer had before them.

    A signature holds for the text that was signed: both are withdrawn, and whoever had signed is told.
    Raises Refused once it is agreed and before the month has begun, SomebodyElseWasFirst when it was written
    or signed meanwhile.
    """
    if theme.is_agreed:
        raise Refused("Both sides have signed. The narrative stays as it is.")
    if Month.parse(theme.period) > Month.of(local_date(now)):
        raise Refused("The month has not begun. Nothing has been found yet.")
    signed = {theme.service_signed_by_id, theme.qa_signed_by_id} - {None, by.pk}
    history.change(
        theme,
        by=by,
        now=now,
        reason="Narrative written",
        only_if={"version": read, "agreed_at__isnull": True},
        narrative=text,
        version=read + 1,
        written_by=by,
        written_at=now,
        **UNSIGNED,
    )
    _tell(theme, signed, "narrative_changed", "changed after you signed it", "Read it and sign again.", now)
    return theme


@transaction.atomic
def sign_narrative(
    *, theme: DipSampleTheme, side: Side, read: int, by: User, now: datetime
) -> DipSampleTheme:
    """Agree, for one side, to the text of the version ``read``. With the second signature it is agreed.

    Raises Refused when nothing is written, and when the same person signed for the other side;
    SomebodyElseWasFirst when it was written or signed meanwhile.
    """
    if not theme.narrative:
        raise Refused("Nothing is written that could be signed.")
    other = theme.qa_signed_by if side is Side.SERVICE else theme.service_signed_by
    if other == by:
        raise Refused("You signed for the other side. Another person has to sign for this one.")
    history.change(
        theme,
        by=by,
        now=now,
        reason=f"Signed for {SIDES[side]}",
        only_if={"version": read, f"{side}_signed_by__isnull": True, "agreed_at__isnull": True},
        version=read + 1,
        agreed_at=now if other else None,
        **{f"{side}_signed_by": by, f"{side}_signed_at": now},
    )
    if theme.is_agreed:
        told = _owners(theme, now) - {by.pk}
        _tell(theme, told, "narrative_agreed", "agreed", "Read what your dip samples show.", now)
    else:
        other_side = Side.QA if side is Side.SERVICE else Side.SERVICE
        told = _who_signs(theme, other_side, Organisation.load(local_date(now))) - {by.pk}
        _tell(theme, told, "narrative_to_sign", "ready to sign", "Read it, and sign or change it.", now)
    return theme


@transaction.atomic
def let_sign(*, theme: DipSampleTheme, person: User, by: User, now: datetime) -> DipSampleTheme:
    """Let somebody else sign for the service.

    Raises Refused when it is agreed, and for those who hold no post in the unit or above it.
    """
    if theme.is_agreed:
        raise Refused("Both sides have signed.")
    posts = Organisation.load(local_date(now)).posts_by_person.get(person.pk, [])
    if not any(_is_of(post.unit, theme.unit) for post in posts):
        raise Refused(f"{person} holds no post in {theme.unit} or above it.")
    history.change(
        theme,
        by=by,
        now=now,
        reason=f"{person} may sign",
        only_if={"agreed_at__isnull": True},
        may_sign=person,
    )
    _tell(theme, {person.pk}, "narrative_to_sign", "yours to sign", "Read it, and sign or change it.", now)
    return theme


def remind_of_narratives(*, now: datetime) -> int:
    """Tell both sides of each narrative whose day to be agreed has passed; returns how many were told.

    Once for each text: whoever changes it after that day is told, with the others, that it waits again.
    """
    today = local_date(now)
    organisation = Organisation.load(today)
    months = [Month.of(today).plus(-step).key for step in range(1, MONTHS_REMINDED + 1)]
    waiting = DipSampleTheme.objects.filter(agreed_at__isnull=True, period__in=months)
    told = 0
    for theme in waiting.select_related("programme__framework", "unit"):
        by = agreed_by(rule_of(theme, today), theme.period)
        if by is not None and by < today:
            people = {person for side in Side for person in _who_signs(theme, side, organisation)}
            told += _tell(theme, people, "narrative_late", "not agreed yet", "Write it, and sign it.", now)
    return told


def _is_of(unit: Unit, service: Unit) -> bool:
    return unit.path.startswith(service.path) or service.path.startswith(unit.path)


def _owners(theme: DipSampleTheme, now: datetime) -> set[int]:
    """Who holds the posts that owed the dip samples."""
    posts = Assignment.objects.filter(
        programme=theme.programme,
        period=theme.period,
        theme=theme.title,
        post__unit__path__startswith=theme.unit.path,
    ).values_list("post", flat=True)
    organisation = Organisation.load(local_date(now))
    return {holder.pk for post in posts if (holder := organisation.holder_of(post))}


def _who_signs(theme: DipSampleTheme, side: Side, organisation: Organisation) -> set[int]:
    """Who can sign for a side: those whom the service named, or the nearest QA managers."""
    if side is Side.SERVICE and theme.may_sign_id:
        return {theme.may_sign_id}
    roles: tuple[str, ...] = ("qa_manager",)
    if side is Side.SERVICE:
        rule = rule_of(theme, organisation.on)
        roles = pack_of(theme.programme, organisation.on).choosers(rule) if rule else ()
    return {
        holder.pk
        for role in roles
        for post in organisation.nearest_posts(theme.unit_id, role)
        if (holder := organisation.holder_of(post.pk))
    }


def _tell(
    theme: DipSampleTheme, people: Iterable[int | None], kind: str, what: str, body: str, now: datetime
) -> int:
    month = Month.parse(theme.period).label
    message = Message(
        kind,
        f"{theme.pk}:{theme.version}",
        subject=f"What dip samples show, {theme.unit}, {month}: {what}",
        body=body,
        url=reverse("audits:dip_theme", args=[theme.pk]),
    )
    return write_notices(message.to(people), now=now)
