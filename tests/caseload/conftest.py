from collections.abc import Callable
from datetime import date, datetime
from typing import IO

import pytest

from qaframework.caseload.models import CaseImport
from qaframework.caseload.workflow import apply_import, check_import
from tests.factories.authority import Authority, small_authority

EXTRACT_DATE = date(2026, 11, 9)

Check = Callable[..., CaseImport]


@pytest.fixture
def authority(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def check(authority: Authority, now: datetime) -> Check:
    """Checks a file as the administrator."""

    def checking(
        file: IO[bytes], name: str = "register.csv", extract_date: date = EXTRACT_DATE
    ) -> CaseImport:
        return check_import(file=file, file_name=name, extract_date=extract_date, by=authority.admin, now=now)

    return checking


@pytest.fixture
def bring_in(check: Check, authority: Authority, now: datetime) -> Check:
    """Checks a file and applies it."""

    def bringing(
        file: IO[bytes], name: str = "register.csv", extract_date: date = EXTRACT_DATE, skip: bool = False
    ) -> CaseImport:
        found = check(file, name, extract_date)
        return apply_import(case_import=found, skip_bad_rows=skip, by=authority.admin, now=now)

    return bringing
