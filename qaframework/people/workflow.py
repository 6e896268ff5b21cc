"""What can be done with units, posts and people. Posts owe work, so that nobody's leaving orphans it."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import IO, Any, TypeVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from qaframework.people import history
from qaframework.people.models import CalendarAddress, PeopleImport, Post, PostHolding, Unit, User
from qaframework.people.people_changes import Changes, Facts, compare
from qaframework.people.people_file import ImportRefused, PeopleFile, read_people_file
from qaframework.people.refusal import Refused
from qaframework.people.roles import ROLES
from qaframework.rules.working_days import local_date

M = TypeVar("M", bound=Model)

IMPORTED = "Imported from {}"
TOKEN_BYTES = 32


@transaction.atomic
def add_unit(*, code: str, name: str, kind: str, parent: Unit | None, by: User | None, now: datetime) -> Unit:
    """A new part of the organisation. Raises Refused when the code is taken or it has no proper place."""
    if Unit.objects.filter(code__iexact=code).exists():
        raise Refused(f"There is already a unit with the code {code}. Choose another code.")
    if (kind == Unit.Kind.AUTHORITY) != (parent is None):
        raise Refused("The authority is at the top and has no parent; every other unit has one.")
    if parent is None and Unit.objects.filter(parent=None).exists():
        raise Refused("There is already an authority at the top. Put the unit beneath it.")
    return history.create(
        Unit(code=code, name=name, kind=kind, parent=parent), by=by, now=now, reason="Unit added"
    )


@transaction.atomic
def add_post(
    *,
    code: str,
    title: str,
    role: str,
    unit: Unit,
    reports_to: Post | None,
    by: User | None,
    now: datetime,
) -> Post:
    """A new post, vacant until somebody is appointed. Raises Refused when the code is taken."""
    if Post.objects.filter(code=code).exists():
        raise Refused(f"There is already a post with the code {code}. Choose another code.")
    if role not in ROLES:
        raise Refused(f"'{role}' is not a role. Use one of: {', '.join(ROLES)}.")
    post = Post(code=code, title=title, role=role, unit=unit, reports_to=reports_to)
    return history.create(post, by=by, now=now, reason="Post added")


@transaction.atomic
def close_post(*, post: Post, by: User | None, now: datetime, on: date) -> Post:
    """The post is no longer used. Raises Refused while somebody holds it after that local date."""
    later = PostHolding.objects.filter(post=post).filter(Q(ends_on=None) | Q(ends_on__gt=on))
    if holding := later.select_related("user").first():
        raise Refused(f"{holding.user} holds this post. End that first, then close the post.")
    return history.change(
        post, by=by, now=now, reason="Post closed", only_if={"is_active": True}, is_active=False
    )


@transaction.atomic
def appoint(
    *,
    post: Post,
    user: User,
    starts_on: date,
    ends_on: date | None = None,
    is_acting: bool = False,
    by: User | None,
    now: datetime,
) -> PostHolding:
    """From a local date ``user`` holds the post, or acts in it. Work that the post owes is theirs from then.

    Raises Refused when the post is closed, the person has left, they hold it already in that time, or
    somebody else does and this is not acting cover.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    if not post.is_active:
        raise Refused(f"{post} is closed. Choose an open post.")
    if ends_on and ends_on < starts_on:
        raise Refused("The last day must not be before the first day.")
    if user.left_on and user.left_on < (ends_on or date.max):
        raise Refused(f"{user} leaves on {user.left_on:%d/%m/%Y}. Choose a last day up to then.")
    others = _overlapping(post, starts_on, ends_on).select_related("user")
    if others.filter(user=user).exists():
        raise Refused(f"{user} already holds {post} in that time.")
    holder = None if is_acting else others.filter(is_acting=False).first()
    if holder:
        raise Refused(
            f"{holder.user} holds {post} from {holder.starts_on:%d/%m/%Y}. "
            "End that first, or appoint somebody to act."
        )
    holding = PostHolding(post=post, user=user, starts_on=starts_on, ends_on=ends_on, is_acting=is_acting)
    return history.create(holding, by=by, now=now, reason="Appointed to act" if is_acting else "Appointed")


@transaction.atomic
def end_holding(*, holding: PostHolding, ends_on: date, by: User | None, now: datetime) -> PostHolding:
    """``ends_on`` is the last local day. The post keeps its work, for the next holder or those above.

    Raises Refused for a day before the first one, SomebodyElseWasFirst when it was changed meanwhile.
    """
    if ends_on < holding.starts_on:
        raise Refused(
            f"The last day must be {holding.starts_on:%d/%m/%Y} or later, the first day in the post."
        )
    return history.change(
        holding,
        by=by,
        now=now,
        reason="Holding ended",
        only_if={"ends_on": holding.ends_on},
        ends_on=ends_on,
    )


@transaction.atomic
def leave(*, user: User, left_on: date, by: User | None, now: datetime) -> User:
    """``left_on`` is the last local day at work: every post ends by then, and signing in ends with it.

    Their calendar address is switched off at once. Raises Refused when the person would take up a post
    only afterwards.
    """
    ahead = PostHolding.objects.filter(user=user, starts_on__gt=left_on).select_related("post").first()
    if ahead:
        raise Refused(
            f"{user} takes up {ahead.post} on {ahead.starts_on:%d/%m/%Y}. Change that first, "
            "or choose a later last day."
        )
    running = PostHolding.objects.filter(user=user).filter(Q(ends_on=None) | Q(ends_on__gt=left_on))
    for holding in running:
        end_holding(holding=holding, ends_on=left_on, by=by, now=now)
    switch_off_calendar_address(user=user, by=by, now=now)
    return history.change(
        user, by=by, now=now, reason="Left", only_if={"left_on": user.left_on}, left_on=left_on
    )


@transaction.atomic
def set_newly_qualified(*, user: User, until: date | None, by: User | None, now: datetime) -> User:
    """``until`` is the last local day of their assessed and supported year in employment, None for nobody who
    is newly qualified (BED-28). Raises SomebodyElseWasFirst when it was changed meanwhile."""
    if user.newly_qualified_until == until:
        return user
    return history.change(
        user,
        by=by,
        now=now,
        reason=f"Newly qualified until {until:%d/%m/%Y}" if until else "Not newly qualified any more",
        only_if={"newly_qualified_until": user.newly_qualified_until},
        newly_qualified_until=until,
    )


@transaction.atomic
def forget_second_step(*, user: User, by: User, now: datetime) -> User:
    """Somebody has lost the telephone with the authenticator app and the recovery codes.

    They set up another when they next sign in; until then their password is enough.
    """
    Authenticator.objects.filter(user=user).delete()
    history.record(User, [user], by=by, now=now, reason="Second step of signing in forgotten", is_update=True)
    return user


@transaction.atomic
def make_calendar_address(*, user: User, by: User, now: datetime) -> str:
    """Make the secret of the person's calendar address, in place of any before, and return it.

    It is not kept and cannot be shown again. Raises Refused for somebody whose last day is recorded.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.left_on:
        raise Refused("Your last day at work is recorded, so you cannot make a calendar address.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    token_hash = CalendarAddress.hash_of(token)
    address = CalendarAddress.objects.filter(user=user).first()
    if address is None:
        address = CalendarAddress(user=user, token_hash=token_hash, made_at=now)
        history.create(address, by=by, now=now, reason="Calendar address made")
    else:
        history.change(
            address, by=by, now=now, reason="Calendar address made anew", token_hash=token_hash, made_at=now
        )
    return token


@transaction.atomic
def switch_off_calendar_address(*, user: User, by: User | None, now: datetime) -> None:
    """From now nothing is read at the person's calendar address; nothing happens when they have none."""
    for address in CalendarAddress.objects.filter(user=user):
        history.remove(address, by=by, now=now, reason="Calendar address switched off")


def _overlapping(post: Post, starts_on: date, ends_on: date | None) -> QuerySet[PostHolding]:
    held = PostHolding.objects.filter(post=post).filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    held = held.filter(Q(user__left_on=None) | Q(user__left_on__gte=starts_on))
    return held.filter(starts_on__lte=ends_on) if ends_on else held


# Importing units, posts and people from a file


@transaction.atomic
def import_people(
    *, file: IO[bytes], file_name: str, by: User | None, now: datetime, dry_run: bool = False
) -> Changes:
    """Take in a whole file or nothing of it; the same file again changes nothing.

    Raises ImportRefused, which names every mistake. With ``dry_run`` nothing is written.
    """
    people_file = read_people_file(file, file_name)
    changes = _compared(people_file, now)
    if not dry_run:
        _write(changes, reason=IMPORTED.format(file_name), by=by, now=now)
    return changes


@transaction.atomic
def check_people_import(*, file: IO[bytes], file_name: str, by: User, now: datetime) -> PeopleImport:
    """Keep a file whose rows are all in order until somebody applies it. Raises ImportRefused."""
    people_file = read_people_file(file, file_name)
    _compared(people_file, now)
    kept = PeopleImport(
        file_name=file_name[:200], content=people_file.as_json(), checked_by=by, checked_at=now
    )
    return history.create(kept, by=by, now=now, reason="File checked")


def preview(people_import: PeopleImport, *, now: datetime) -> Changes:
    """What applying the kept file would change now; its mistakes are those that arose meanwhile."""
    kept = PeopleFile.from_json(people_import.file_name, people_import.content)
    return compare(kept, on=local_date(now))


@transaction.atomic
def apply_people_import(*, people_import: PeopleImport, by: User, now: datetime) -> Changes:
    """Write what the kept file says. Raises ImportRefused when it no longer fits, SomebodyElseWasFirst
    when it was applied or discarded meanwhile."""
    kept = PeopleFile.from_json(people_import.file_name, people_import.content)
    _end_import(people_import, PeopleImport.State.APPLIED, by=by, now=now)
    changes = _compared(kept, now)
    _write(changes, reason=IMPORTED.format(people_import.file_name), by=by, now=now)
    return changes


@transaction.atomic
def discard_people_import(*, people_import: PeopleImport, by: User, now: datetime) -> None:
    """Forget a kept file. Raises SomebodyElseWasFirst when it was applied or discarded meanwhile."""
    _end_import(people_import, PeopleImport.State.DISCARDED, by=by, now=now)


def _end_import(people_import: PeopleImport, state: str, *, by: User, now: datetime) -> None:
    history.change(
        people_import,
        by=by,
        now=now,
        reason=PeopleImport.State(state).label,
        only_if={"state": PeopleImport.State.CHECKED},
        state=state,
        content={},
    )


def _compared(people_file: PeopleFile, now: datetime) -> Changes:
    changes = compare(people_file, on=local_date(now))
    if changes.mistakes:
        mistakes = sorted(changes.mistakes, key=lambda mistake: mistake.row)
        raise ImportRefused(f"Nothing of {people_file.name} was imported.", mistakes)
    return changes


def _write(changes: Changes, *, reason: str, by: User | None, now: datetime) -> None:
    _write_units(changes, reason=reason, by=by, now=now)
    _write_posts(changes, reason=reason, by=by, now=now)
    people = [
        User(
            email=facts.key,
            full_name=facts.said["full_name"],
            staff_reference=facts.said.get("staff_reference"),
            newly_qualified_until=facts.said.get("newly_qualified_until"),
            password=make_password(None),
        )
        for facts in changes.new_people
    ]
    _insert(people, reason=reason, by=by, now=now)
    for user, said in changes.changed_people:
        history.change(user, by=by, now=now, reason=reason, **said)
    for holding, said in changes.changed_holdings:
        history.change(holding, by=by, now=now, reason=reason, **said)
    posts = Post.objects.in_bulk([facts.post_code for facts in changes.new_holdings], field_name="code")
    users = User.objects.in_bulk([facts.email for facts in changes.new_holdings], field_name="email")
    holdings = [
        PostHolding(
            post=posts[facts.post_code],
            user=users[facts.email],
            starts_on=facts.starts_on,
            ends_on=facts.ends_on,
            is_acting=facts.is_acting,
        )
        for facts in changes.new_holdings
    ]
    _insert(holdings, reason=reason, by=by, now=now)


def _write_units(changes: Changes, *, reason: str, by: User | None, now: datetime) -> None:
    """New units from the top down, then changed ones, then the paths of all that moved with them."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    waiting = {facts.key: facts for facts in changes.new_units}

    def add(facts: Facts) -> Unit:
        parent_code = facts.said.get("parent", "")
        if parent_code in waiting:
            add(waiting.pop(parent_code))
        unit = Unit(
            code=facts.key,
            name=facts.said["name"],
            kind=facts.said["kind"],
            parent=units[parent_code] if parent_code else None,
        )
        units[facts.key] = history.create(unit, by=by, now=now, reason=reason)
        return unit

    while waiting:
        add(waiting.pop(next(iter(waiting))))
    for unit, said in changes.changed_units:
        history.change(unit, by=by, now=now, reason=reason, **_with_records(said, parent=units))
    if any("parent" in said for _, said in changes.changed_units):
        _write_paths(reason=reason, by=by, now=now)


def _write_paths(*, reason: str, by: User | None, now: datetime) -> None:
    units = {unit.pk: unit for unit in Unit.objects.all()}

    def path(unit: Unit) -> str:
        return f"{path(units[unit.parent_id]) if unit.parent_id else '/'}{unit.code}/"

    moved = []
    for unit in units.values():
        if unit.path != (new := path(unit)):
            unit.path = new
            moved.append(unit)
    Unit.objects.bulk_update(moved, ["path"])
    history.record(Unit, moved, by=by, now=now, reason=reason, is_update=True)


def _write_posts(changes: Changes, *, reason: str, by: User | None, now: datetime) -> None:
    """New posts first, without whom they report to, because that post may be new as well."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    new = [
        Post(
            code=facts.key,
            title=facts.said["title"],
            role=facts.said["role"],
            unit=units[facts.said["unit"]],
        )
        for facts in changes.new_posts
    ]
    Post.objects.bulk_create(new)
    posts = {post.code: post for post in Post.objects.all()}
    for facts in changes.new_posts:
        if reports_to := facts.said.get("reports_to"):
            posts[facts.key].reports_to = posts[reports_to]
    inserted = [posts[facts.key] for facts in changes.new_posts]
    Post.objects.bulk_update(inserted, ["reports_to"], batch_size=500)
    history.record(Post, inserted, by=by, now=now, reason=reason, is_update=False)
    for post, said in changes.changed_posts:
        known = _with_records(said, unit=units, reports_to=posts)
        history.change(post, by=by, now=now, reason=reason, **known)


def _insert(rows: list[M], *, reason: str, by: User | None, now: datetime) -> None:
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(rows, batch_size=500)
        history.record(model, rows, by=by, now=now, reason=reason, is_update=False)


def _with_records(said: Mapping[str, Any], **records: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with each code replaced by the record it names."""
    return {name: records[name][value] if name in records else value for name, value in said.items()}
