"""Who sees the themes of dip samples, who chooses them, who writes on what was found, and who signs (LAN-12).

Themes are for everybody who works in the unit or oversees it. What is written on the findings is for those
who oversee it until both sides have signed, and for everybody after that.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from audits.models import DipSampleTheme
from qaframework.allocation.models import Programme
from qaframework.allocation.year_view import pack_of
from qaframework.packs.definition import Pack, Theme
from qaframework.people.access import capability_q, has_capability, posts_of
from qaframework.people.models import Unit, UnitQuerySet, User
from qaframework.people.roles import Capability
from qaframework.rules.periods import Month

QA = Capability.RUN_QUALITY_ASSURANCE
MONTHS_AHEAD = 6
OVERSEERS = (Capability.SEE_TEAM_WORK, QA)
RELATED = (
    "programme__framework",
    "unit",
    "set_by",
    "written_by",
    "may_sign",
    "service_signed_by",
    "qa_signed_by",
)


class Side(StrEnum):
    """On whose behalf a narrative is signed."""

    SERVICE = "service"
    QA = "qa"


@dataclass(frozen=True)
class Place:
    """One month of a unit's dip samples, and the rule of the framework by which it chooses their theme."""

    programme: Programme
    pack: Pack
    rule: Theme
    unit: Unit
    month: Month


def rules_in(pack: Pack) -> list[Theme]:
    """The themes of a framework that each unit of some kind chooses month by month."""
    return [theme for theme in pack.themes if theme.for_each]


def seen_units(user: User, on: date) -> UnitQuerySet:
    """The units in which the person works on that local date, those above them, and those they oversee."""
    scope = capability_q(user, OVERSEERS, on, "")
    for post in posts_of(user, on):
        scope |= Q(pk__in=Unit.objects.above(post.unit).order_by().values("pk"))
    return Unit.objects.filter(scope)


def visible_dip_themes(user: User, on: date) -> QuerySet[DipSampleTheme]:
    """The themes of those units."""
    units = seen_units(user, on).order_by().values("pk")
    return DipSampleTheme.objects.filter(unit__in=units).select_related(*RELATED)


def get_dip_theme(user: User, pk: int, on: date) -> DipSampleTheme:
    """Raises Http404."""
    return get_object_or_404(visible_dip_themes(user, on), pk=pk)


def get_overseen_dip_theme(user: User, pk: int, on: date) -> DipSampleTheme:
    """A theme on whose findings the person may write. Raises Http404."""
    overseen = DipSampleTheme.objects.filter(capability_q(user, OVERSEERS, on)).select_related(*RELATED)
    return get_object_or_404(overseen, pk=pk)


def get_place(user: User, programme: int, rule: str, unit: int, month: str, on: date) -> Place:
    """A month whose theme the person chooses. Raises Http404."""
    found = get_object_or_404(Programme.objects.select_related("framework"), pk=programme)
    pack = pack_of(found, on)
    chosen = next((one for one in rules_in(pack) if one.key == rule), None)
    if chosen is None:
        raise Http404
    units = Unit.objects.filter(held_q(found), kind=chosen.for_each, is_active=True)
    place = Place(found, pack, chosen, get_object_or_404(units, pk=unit), _month(month))
    if not chooses(user, place, on):
        raise Http404
    return place


def known_theme(place: Place) -> DipSampleTheme | None:
    """What was chosen for the month."""
    return DipSampleTheme.objects.filter(
        programme=place.programme, rule=place.rule.key, unit=place.unit, period=place.month.key
    ).first()


def held_q(programme: Programme) -> Q:
    """The units for which the programme's framework holds."""
    held = Q(pk__in=[])
    for unit in programme.framework.units.all():
        held |= Q(path__startswith=unit.path)
    return held


def chooses(user: User, place: Place, on: date) -> bool:
    """Whether the person chooses the theme: whom the framework names, or the QA team on their behalf."""
    return _leads(user, place.pack, place.rule, place.unit, on) or has_capability(user, QA, on, place.unit)


def oversees(user: User, unit: Unit, on: date) -> bool:
    """Whether the person may write, and read what is not agreed yet."""
    return any(has_capability(user, capability, on, unit) for capability in OVERSEERS)


def leads(user: User, theme: DipSampleTheme, on: date) -> bool:
    """Whether the person answers for the service: they sign, and may let somebody else sign."""
    pack = pack_of(theme.programme, on)
    rule = next((one for one in rules_in(pack) if one.key == theme.rule), None)
    return rule is not None and _leads(user, pack, rule, theme.unit, on)


def sides_of(user: User, theme: DipSampleTheme, on: date) -> list[Side]:
    """For which sides the person may sign."""
    found = []
    if theme.may_sign_id == user.pk or leads(user, theme, on):
        found.append(Side.SERVICE)
    if has_capability(user, QA, on, theme.unit):
        found.append(Side.QA)
    return found


def _leads(user: User, pack: Pack, rule: Theme, unit: Unit, on: date) -> bool:
    roles = pack.choosers(rule)
    return any(post.role in roles and unit.path.startswith(post.unit.path) for post in posts_of(user, on))


def _month(key: str) -> Month:
    try:
        return Month.parse(key)
    except ValueError:
        raise Http404 from None
