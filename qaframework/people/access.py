"""What a person may do today, from the posts they hold: the only source of permission.

A capability holds for the post's unit and everything beneath it. Being a superuser gives nobody
more power.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Model, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from qaframework.people.models import CalendarAddress, PeopleImport, Post, PostHolding, RecordRead, Unit, User
from qaframework.people.prepared import Prepared
from qaframework.people.reads import log_read
from qaframework.people.roles import ROLES, Capability, roles_with
from qaframework.people.signed_out import sign_in_again
from qaframework.rules.working_days import local_date

View = Callable[..., HttpResponse]
Capabilities = Capability | Iterable[Capability]
Row = TypeVar("Row", bound=Model)
REMEMBERED = "_posts_by_day"

# Calendar programs ask once in some minutes or hours; several devices of a person may share an address.
MOST_CALENDAR_READINGS = 30
CALENDAR_READINGS_WITHIN = timedelta(hours=1)


def local_today() -> date:
    """Today's date in Europe/London."""
    return local_date(timezone.now())


def posts_of(user: User, on: date) -> list[Post]:
    """Open posts that the person holds or acts in on that local date, with their units.

    Each also says ``authority_name``, the name of the unit at the root, which every page shows.
    """
    remembered: dict[date, list[Post]] | None = getattr(user, REMEMBERED, None)
    if remembered is not None and on in remembered:
        return remembered[on]
    posts = [_post(row) for row in HELD.rows(user.pk, on)]
    if remembered is not None:
        remembered[on] = posts
    return posts


def _held(user: int, on: date) -> QuerySet[Post, Any]:
    """Rows of a post, its unit and the name of the authority."""
    name = Unit.objects.filter(parent=None).order_by("pk").values("name")[:1]
    held = Post.objects.open().held_by(user, on).annotate(authority_name=Subquery(name))
    return held.values_list(*_names(Post), *_names(Unit, "unit__"), "authority_name")


HELD = Prepared(_held, int, date)


def _names(model: type[Model], prefix: str = "") -> list[str]:
    return [f"{prefix}{field.attname}" for field in model._meta.concrete_fields]


def _post(row: Sequence[Any]) -> Post:
    *values, authority_name = row
    of_post = len(Post._meta.concrete_fields)
    post = _from_row(Post, values[:of_post])
    post.unit = _from_row(Unit, values[of_post:])
    post.__dict__["authority_name"] = authority_name
    return post


def _from_row(model: type[Row], values: Sequence[Any]) -> Row:
    fields = model._meta.concrete_fields
    converted = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(connection.alias, _names(model), converted)


def remember_posts(user: User) -> None:
    """Let ``posts_of`` ask the database once for this object of the person: for the length of a request."""
    setattr(user, REMEMBERED, {})


def has_capability(user: User, capability: Capability, on: date, unit: Unit | None = None) -> bool:
    """Whether a post of the person carries the capability: anywhere, or for ``unit`` when given."""
    paths = scope_paths(user, capability, on)
    if unit is None:
        return bool(paths)
    return any(unit.path.startswith(path) for path in paths)


def covers_authority(user: User, capability: Capability, on: date) -> bool:
    """Whether a post of the person carries the capability for the whole authority, not only a part of it."""
    paths = scope_paths(user, capability, on)
    return any(path.count("/") == 2 for path in paths)  # "/authority/", the only unit without one above it


def scope_paths(user: User, capability: Capabilities, on: date) -> list[str]:
    """Paths of the units where the person has the capability, or one of them; none inside another."""
    roles = roles_with(*([capability] if isinstance(capability, Capability) else capability))
    paths = sorted({reach_of(post) for post in posts_of(user, on) if post.role in roles}, key=len)
    outermost: list[str] = []
    for path in paths:
        if not any(path.startswith(outer) for outer in outermost):
            outermost.append(path)
    return outermost


def reach_of(post: Post) -> str:
    """The path of the unit in which the post's capabilities hold: its own, or the whole authority."""
    if ROLES[post.role].serves_everyone:
        return f"/{post.unit.path.strip('/').split('/')[0]}/"
    return post.unit.path


def capability_q(user: User, capability: Capabilities, on: date, unit_field: str = "unit") -> Q:
    """The rows whose unit lies where the person has the capability, or one of them; none without such a post.

    ``unit_field`` is the look-up of the unit, such as ``"case__unit"``; empty for units themselves.
    """
    scope = Q(pk__in=[])
    for path in scope_paths(user, capability, on):
        scope |= Q(path__startswith=path)
    if not unit_field:
        return scope
    # Not by a join: lists join so much that the database spends longer on its plan than on the rows.
    return Q(**{f"{unit_field}__in": Unit.objects.filter(scope).values("pk")})


def signed_in(view: View) -> View:
    """Let only signed-in people open the page; a form sent after the session ended is not lost."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return sign_in_again(request)
        return view(request, *args, **kwargs)

    return guarded


def requires(*capabilities: Capability) -> Callable[[View], View]:
    """Let only signed-in people with any of the capabilities open the page.

    Others are sent to sign in, or shown a page (403) that says which roles may.
    """

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user, today = cast(User, request.user), local_today()
            if not any(has_capability(user, capability, today) for capability in capabilities):
                return not_allowed(request, *capabilities)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def requires_whole_authority(*capabilities: Capability) -> Callable[[View], View]:
    """Let only those open the page who have any of the capabilities for the whole authority, because what
    it does reaches everywhere. Others are answered as ``requires`` answers them."""

    def decorate(view: View) -> View:
        @requires(*capabilities)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user, today = cast(User, request.user), local_today()
            if not any(covers_authority(user, capability, today) for capability in capabilities):
                return not_allowed(request, *capabilities, for_whole_authority=True)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require_bearer(request: HttpRequest, token: str) -> None:
    """For programs that call without signing in. Raises Http404 unless they bring the token that was agreed
    with them, also when none was."""
    given = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(given, f"Bearer {token}"):
        raise Http404


def not_allowed(
    request: HttpRequest, *capabilities: Capability, for_whole_authority: bool = False
) -> HttpResponse:
    """The page (403) that says which roles may do this, and whether a post for a part is not enough."""
    keys = {key for capability in capabilities for key in roles_with(capability)}
    titles = [role.title for role in ROLES.values() if role.key in keys]
    context = {"roles": titles, "for_whole_authority": for_whole_authority}
    return render(request, "people/not_allowed.html", context, status=403)


def get_unit(user: User, pk: int, on: date) -> Unit:
    """A unit that the person configures. Raises Http404 for others."""
    scope = capability_q(user, Capability.CONFIGURE, on, unit_field="")
    return get_object_or_404(Unit.objects.filter(scope).select_related("parent"), pk=pk)


def get_post(user: User, pk: int, on: date) -> Post:
    """A post in a unit that the person configures. Raises Http404 for others."""
    scope = capability_q(user, Capability.CONFIGURE, on)
    return get_object_or_404(Post.objects.filter(scope).select_related("unit", "reports_to"), pk=pk)


def get_holding(user: User, pk: int, on: date) -> PostHolding:
    """A holding of a post that the person configures. Raises Http404 for others."""
    scope = capability_q(user, Capability.CONFIGURE, on, unit_field="post__unit")
    return get_object_or_404(PostHolding.objects.filter(scope).select_related("post__unit", "user"), pk=pk)


def get_person(user: User, pk: int, on: date, *, now: datetime) -> User:
    """A member of staff, for those who configure or run quality assurance; the reading is logged.

    Raises Http404 for others.
    """
    allowed = (Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE)
    if not any(has_capability(user, capability, on) for capability in allowed):
        raise Http404
    person = get_object_or_404(User, pk=pk)
    log_read(
        reader=user,
        kind=RecordRead.Kind.PERSON,
        record_id=person.pk,
        label=person.staff_reference or f"Person {person.pk}",
        now=now,
    )
    return person


class TooManyReadings(Exception):
    """A calendar address is read more often than any calendar program needs to."""


def get_person_of_calendar(token: str, *, now: datetime) -> User:
    """Whose dates are read at the address with this secret; the reading is logged as the person's own.

    Raises Http404 for an address that was switched off or never made and for those who cannot sign in any
    more, TooManyReadings beyond the limit within an hour.
    """
    employed = Q(user__left_on__isnull=True) | Q(user__left_on__gte=local_date(now))
    addresses = CalendarAddress.objects.with_token(token).filter(employed, user__is_active=True)
    address = get_object_or_404(addresses.select_related("user"))
    kind = RecordRead.Kind.CALENDAR
    lately = RecordRead.objects.filter(kind=kind, record_id=address.pk, at__gt=now - CALENDAR_READINGS_WITHIN)
    if lately.count() >= MOST_CALENDAR_READINGS:
        raise TooManyReadings
    log_read(reader=address.user, kind=kind, record_id=address.pk, label="Calendar of own dates", now=now)
    remember_posts(address.user)
    return address.user


def calendar_address_of(user: User) -> CalendarAddress | None:
    return CalendarAddress.objects.filter(user=user).first()


def last_calendar_reading(address: CalendarAddress | None) -> datetime | None:
    """When a calendar program last read at the address; None when it never did, or without one."""
    if address is None:
        return None
    readings = RecordRead.objects.filter(kind=RecordRead.Kind.CALENDAR, record_id=address.pk)
    return readings.values_list("at", flat=True).first()


def get_people_import(user: User, pk: int, on: date) -> PeopleImport:
    """A people file that waits. Raises Http404 for those who do not configure, and once it is done with."""
    if not has_capability(user, Capability.CONFIGURE, on):
        raise Http404
    return get_object_or_404(PeopleImport, pk=pk, state=PeopleImport.State.CHECKED)
