"""Fifty auditors at once, each saving an answer a second through the web server that runs in production."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.test import Client
from django.urls import reverse

from audits.models import CaseAudit
from qaframework.tools.models import Answer
from tests.bench.browser import CSRF
from tests.bench.measuring import Result
from tests.bench.pages import ANSWERED, SECTION
from tests.services import die_with_parent, free_port

NAME = "autosave, 50 at once"
AUDITORS = 50
SAVES_EACH = 20
READY_WITHIN = 30


@dataclass
class Auditor:
    """One audit under way, and the session of whoever does it."""

    page: str
    address: str
    cookies: str
    answer: Answer

    def opens_page(self) -> None:
        """As everybody does before they type; it also wakes the server's processes."""
        urlopen(Request(self.page, headers={"Cookie": self.cookies}), timeout=READY_WITHIN).close()

    def saves(self, place: int, began: float) -> list[float]:
        """Seconds that each save took; this auditor's turn comes a little after that of the one before."""
        took = []
        version = self.answer.version
        for number in range(SAVES_EACH):
            _wait_until(began + number + place / AUDITORS)
            fields = {"question_key": ANSWERED, "value": text_of(number), "version": version}
            sent = urlencode({**fields, "csrfmiddlewaretoken": CSRF}).encode()
            asked = perf_counter()
            with urlopen(Request(self.address, sent, {"Cookie": self.cookies}), timeout=30) as answered:
                version = json.loads(answered.read())["version"]
            took.append(perf_counter() - asked)
        return took

    def lost(self) -> int:
        """How many saves are not in the answer's history, one more when the last does not stand in it."""
        self.answer.refresh_from_db()
        kept = set(self.answer.history.values_list("value", flat=True))
        missing = sum(text_of(number) not in kept for number in range(SAVES_EACH))
        return missing + (self.answer.value != text_of(SAVES_EACH - 1))


def text_of(number: int) -> str:
    return f"The child says that {number} things are better than they were before the summer."


def fifty_at_once() -> Result:
    """What they wait, in milliseconds, and how many answers were lost."""
    with _web_server() as address:
        auditors = list(_auditors(address))
        with ThreadPoolExecutor(len(auditors)) as pool:
            list(pool.map(Auditor.opens_page, auditors))
            began = perf_counter() + 1
            saved = pool.map(lambda one: one[1].saves(one[0], began), enumerate(auditors))
        waits = sorted(wait for waits in saved for wait in waits)
    late = waits[int(len(waits) * 0.95)]
    return Result(
        name=NAME,
        median=statistics.median(waits) * 1000,
        late=late * 1000,
        cpu=0,
        queries=0,
        compared={},
        figures={"late_seconds": late, "lost": sum(one.lost() for one in auditors)},
    )


def _auditors(address: str) -> Iterator[Auditor]:
    under_way = CaseAudit.objects.filter(submitted_at__isnull=True).select_related("auditor")
    for audit in under_way.order_by("pk")[:AUDITORS]:
        assert audit.auditor is not None
        client = Client()
        client.force_login(audit.auditor, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        yield Auditor(
            page=address + reverse("audits:section", args=[audit.pk, SECTION]),
            address=address + reverse("audits:answer", args=[audit.pk]),
            cookies=f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
            answer=Answer.objects.get(answer_set=audit.answer_set_id, question_key=ANSWERED),
        )


@contextmanager
def _web_server() -> Iterator[str]:
    """As docs/operations.md starts it, on loopback; it ends with this block or with this process."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "qaframework.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "3", "--threads", "4", "--log-level", "warning"]
    server = subprocess.Popen(command, env=dict(os.environ), preexec_fn=die_with_parent)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/healthz")
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(page: str) -> None:
    until = perf_counter() + READY_WITHIN
    while True:
        try:
            urlopen(page, timeout=READY_WITHIN).close()
        except URLError:
            if perf_counter() > until:
                raise
            sleep(0.1)
        else:
            return


def _wait_until(moment: float) -> None:
    sleep(max(0.0, moment - perf_counter()))
