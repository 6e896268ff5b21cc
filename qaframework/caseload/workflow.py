"""Verbs of the case register: checking and applying an import, restricting, clearing, holding, closing."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from qaframework.caseload.applying import write_register
from qaframework.caseload.extract import read_extract
from qaframework.caseload.findings import Finding, Findings
from qaframework.caseload.matching import Directory
from qaframework.caseload.models import Case, CaseClearance, CaseImport, CaseStatus, ImportFinding
from qaframework.caseload.rows import Extract
from qaframework.caseload.staging import Comparison, write_staged
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.people.tabular import MEGABYTE, TableUnreadable
from qaframework.rules.working_days import local_date

MOST_ROWS = 500_000
CLEARANCE_DAYS = 90
BLOCK = 65_536


@dataclass(frozen=True)
class _File:
    name: str
    content: IO[bytes]
    extract_date: date


# Imports


def check_import(
    *, file: IO[bytes], file_name: str, extract_date: date, by: User | None, now: datetime
) -> CaseImport:
    """Read a file with the register as it stood on ``extract_date`` and keep what it would change.

    No case is touched. The same file again, when nothing has changed since it was applied, gives the
    import that was applied. Raises Refused when the file as a whole cannot be used.
    """
    _check_extract_date(extract_date, now)
    earlier = _already_applied(_hash(file), extract_date)
    if earlier is not None:
        return earlier
    source = _File(file_name, file, extract_date)
    try:
        extract = read_extract(
            file,
            file_name,
            extract_date,
            max_bytes=settings.CASE_IMPORT_MAX_MB * MEGABYTE,
            max_rows=MOST_ROWS,
        )
    except TableUnreadable as error:
        raise Refused(error.message) from error
    return _keep(source, extract, by=by, now=now)


@transaction.atomic
def apply_import(
    *, case_import: CaseImport, skip_bad_rows: bool, by: User | None, now: datetime
) -> CaseImport:
    """Write what a checked import would change into the register: all of it, or nothing.

    Rows that were refused stop it, unless ``skip_bad_rows``: then their children stay as they are.
    Cases missing from the extract are not closed. Raises Refused.
    """
    _one_at_a_time()
    refused = case_import.counts.get("refused", 0)
    if refused and not skip_bad_rows:
        rows = "row was" if refused == 1 else "rows were"
        raise Refused(
            f"{refused:,} {rows} refused. Correct the file and check it again, "
            "or apply the rest without them."
        )
    if case_import.register_version != _register_version():
        raise Refused("The register has changed since this file was checked. Check the file again.")
    write_register(case_import, by=by, now=now)
    _decide(case_import, CaseImport.State.APPLIED, by=by, now=now, register_version=_register_version())
    return case_import


@transaction.atomic
def discard_import(*, case_import: CaseImport, by: User | None, now: datetime) -> CaseImport:
    """Drop a checked import; its findings stay so that the file can be mended. Raises Refused."""
    _decide(case_import, CaseImport.State.DISCARDED, by=by, now=now)
    case_import.staged_cases.all().delete()
    return case_import


def changed_cases(case_import: CaseImport) -> int:
    """How many cases an import changes, or has changed."""
    counts = case_import.counts
    return sum(counts.get(change, 0) for change in ("new", "changed", "closed", "reopened"))


def _check_extract_date(extract_date: date, now: datetime) -> None:
    if extract_date > local_date(now):
        raise Refused(
            f"The date of the extract, {extract_date:%d/%m/%Y}, is in the future. Give the day it was made."
        )
    latest = CaseImport.objects.filter(state=CaseImport.State.APPLIED).aggregate(Max("extract_date"))
    if latest["extract_date__max"] and extract_date < latest["extract_date__max"]:
        raise Refused(
            f"The register already stands as of {latest['extract_date__max']:%d/%m/%Y}; this extract is "
            f"older, of {extract_date:%d/%m/%Y}. Use an extract of that day or later."
        )


def _hash(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _already_applied(file_hash: str, extract_date: date) -> CaseImport | None:
    last = CaseImport.objects.filter(state=CaseImport.State.APPLIED).order_by("-decided_at", "-pk").first()
    if last is None or (last.file_hash, last.extract_date) != (file_hash, extract_date):
        return None
    if last.register_version != _register_version():
        return None
    directory = Directory(Findings(), extract_date)
    return last if directory.fingerprint == last.directory_hash else None


@transaction.atomic
def _keep(source: _File, extract: Extract, *, by: User | None, now: datetime) -> CaseImport:
    version = _register_version()
    directory = Directory(extract.findings, source.extract_date)
    comparison = Comparison(extract, directory, extract.findings)
    comparison.counts["rows"] = extract.row_count
    comparison.counts["children"] = len(extract.rows)
    case_import = CaseImport(
        file_name=source.name[-200:],
        file_hash=_hash(source.content),
        layout=extract.layout,
        extract_date=source.extract_date,
        uploaded_by=by,
        uploaded_at=now,
        register_version=version,
        directory_hash=directory.fingerprint,
    )
    # Inserted without a history entry, because what the entry should say is known after the comparison.
    CaseImport.objects.bulk_create([case_import])
    write_staged(comparison.staged(case_import))
    case_import.counts = _counts(comparison.counts, extract)
    CaseImport.objects.filter(pk=case_import.pk).update(counts=case_import.counts)
    ImportFinding.objects.bulk_create(
        (_finding(case_import, found) for found in extract.findings), batch_size=1_000
    )
    history.record(CaseImport, [case_import], by=by, now=now, reason="File checked", is_update=False)
    return case_import


def _counts(counts: Counter[str], extract: Extract) -> dict[str, Any]:
    findings = extract.findings
    return {
        **counts,
        "refused": len({(refusal.sheet, refusal.row) for refusal in findings.refusals}),
        "warnings": findings.warnings,
        "sheets": [[sheet.sheet, sheet.holds, sheet.rows] for sheet in extract.sheets],
    }


def _finding(case_import: CaseImport, found: Finding) -> ImportFinding:
    return ImportFinding(
        case_import=case_import,
        severity=found.severity,
        sheet=found.sheet[:80],
        row=found.row,
        column=found.column[:120],
        value=found.value,
        problem=found.told[:300],
        remedy=found.remedy[:300],
    )


def _register_version() -> int:
    latest = Case.history.aggregate(Max("history_id"))  # type: ignore[attr-defined]
    return int(latest["history_id__max"] or 0)


def _one_at_a_time() -> None:
    """Wait for another import that is being applied: then this one sees that the register has changed."""
    waiting = CaseImport.objects.select_for_update().filter(state=CaseImport.State.CHECKED)
    list(waiting.order_by("pk").values_list("pk"))


def _decide(case_import: CaseImport, state: str, *, by: User | None, now: datetime, **changes: Any) -> None:
    try:
        history.change(
            case_import,
            by=by,
            now=now,
            reason=CaseImport.State(state).label,
            only_if={"state": CaseImport.State.CHECKED},
            state=state,
            decided_by=by,
            decided_at=now,
            **changes,
        )
    except history.SomebodyElseWasFirst as error:
        raise Refused("Somebody else has already decided about this import.") from error


# One case


@transaction.atomic
def restrict_case(*, case: Case, reason: str, by: User | None, now: datetime) -> Case:
    """Let only people with a clearance see the case. Raises Refused without a reason, or when it is."""
    reason = _said(reason, "Say why the case is restricted.")
    return _change_case(
        case,
        by=by,
        now=now,
        told=f"Restricted: {reason}",
        only_if={"is_restricted": False},
        otherwise="This case is already restricted.",
        is_restricted=True,
        restriction_reason=reason,
    )


@transaction.atomic
def lift_restriction(*, case: Case, reason: str, by: User | None, now: datetime) -> Case:
    """Open a restricted case to everybody whose work it is; its clearances end. Raises Refused."""
    reason = _said(reason, "Say why the restriction ends.")
    _change_case(
        case,
        by=by,
        now=now,
        told=f"Restriction lifted: {reason}",
        only_if={"is_restricted": True},
        otherwise="This case is not restricted.",
        is_restricted=False,
        restriction_reason="",
    )
    for clearance in case.clearances.all():
        history.remove(clearance, by=by, now=now, reason=f"Restriction lifted: {reason}")
    return case


@transaction.atomic
def grant_clearance(
    *, case: Case, user: User, reason: str, by: User, now: datetime, review_on: date | None = None
) -> CaseClearance:
    """Let ``user`` see a restricted case until ``review_on``, 90 calendar days from today unless given.

    A clearance that exists is renewed. Raises Refused.
    """
    reason = _said(reason, "Say why this person needs to see the case.")
    today = local_date(now)
    longest = today + timedelta(days=CLEARANCE_DAYS)
    review_on = review_on or longest
    if not case.is_restricted:
        raise Refused("This case is not restricted; nobody needs a clearance for it.")
    if not today <= review_on <= longest:
        raise Refused(
            f"The review date must be from today to {longest:%d/%m/%Y}, {CLEARANCE_DAYS} days ahead."
        )
    granted: dict[str, Any] = {"reason": reason, "granted_by": by, "granted_at": now, "review_on": review_on}
    existing = case.clearances.filter(user=user).first()
    if existing is None:
        clearance = CaseClearance(case=case, user=user, **granted)
        return history.create(clearance, by=by, now=now, reason=reason)
    return history.change(existing, by=by, now=now, reason=reason, **granted)


@transaction.atomic
def revoke_clearance(*, clearance: CaseClearance, reason: str, by: User, now: datetime) -> None:
    """End a clearance at once. Raises Refused without a reason."""
    reason = _said(reason, "Say why the clearance ends.")
    history.remove(clearance, by=by, now=now, reason=reason)


@transaction.atomic
def hold_case(*, case: Case, reason: str, by: User | None, now: datetime) -> Case:
    """Keep a case out of draws while a complaint or review is under way. Raises Refused without a reason."""
    reason = _said(reason, "Say why the case must not be drawn.")
    return _change_case(
        case,
        by=by,
        now=now,
        told=f"Held: {reason}",
        only_if={"on_hold_reason": ""},
        otherwise="This case is already held.",
        on_hold_reason=reason,
    )


@transaction.atomic
def release_case(*, case: Case, by: User | None, now: datetime) -> Case:
    """Let a held case be drawn again. Raises Refused when it is not held."""
    return _change_case(
        case,
        by=by,
        now=now,
        told="No longer held",
        only_if={"on_hold_reason__gt": ""},
        otherwise="This case is not held.",
        on_hold_reason="",
    )


@transaction.atomic
def close_case(*, case: Case, closed_on: date, reason: str, by: User | None, now: datetime) -> Case:
    """Close an open case on a day up to today, not before it opened. Raises Refused."""
    reason = _said(reason, "Say why the case closed.")
    if closed_on > local_date(now) or (case.opened_on and closed_on < case.opened_on):
        since = f"{case.opened_on:%d/%m/%Y}" if case.opened_on else "the day it opened"
        raise Refused(f"The case cannot close on {closed_on:%d/%m/%Y}. Give a day from {since} to today.")
    return _change_case(
        case,
        by=by,
        now=now,
        told=f"Closed: {reason}",
        only_if={"status": CaseStatus.OPEN},
        otherwise="This case is not open.",
        status=CaseStatus.CLOSED,
        closed_on=closed_on,
        closure_reason=reason[:80],
    )


def _change_case(
    case: Case,
    *,
    by: User | None,
    now: datetime,
    told: str,
    only_if: dict[str, Any],
    otherwise: str,
    **changes: Any,
) -> Case:
    try:
        return history.change(case, by=by, now=now, reason=told, only_if=only_if, **changes)
    except history.SomebodyElseWasFirst as error:
        raise Refused(otherwise) from error


def _said(reason: str, otherwise: str) -> str:
    reason = reason.strip()[:200]
    if not reason:
        raise Refused(otherwise)
    return reason
