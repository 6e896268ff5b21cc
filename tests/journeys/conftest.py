"""Browsers that visit the real application, one for each person, and what is checked on every page they see.

Pictures of all pages go to build/journeys/. With QA_TOUR_PICTURES=1 the ones that the tour shows are kept in
docs/images/ as well.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories.people import PASSWORD
from tests.services import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "journeys"
TOUR = ROOT / "docs" / "images"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Sizes = dict[str, dict[str, int]]
SIZES: Sizes = {"": DESKTOP, "-phone": PHONE}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const sticksOut = (one) => one.getBoundingClientRect().right > width;
  const out = [...document.querySelectorAll("main *")].filter(sticksOut);
  return out.slice(-3).map((one) => one.outerHTML.slice(0, 120));
}"""
PATIENCE = 20_000  # milliseconds: machines that test are busy

expect.set_options(timeout=PATIENCE)


class Server:
    """The application as a process of its own, which can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.port = folder, folder / "server.log", 0

    def start(self) -> dict[str, Any]:
        """What it tells of itself. Started again, it has the address that it had."""
        command = [sys.executable, "-m", "tests.journeys.server", str(self.folder), str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=die_with_parent,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-3000:]
        told: dict[str, Any] = json.loads(line)
        self.port = urlsplit(told["address"]).port or 0
        return told

    def kill(self) -> None:
        """As a power cut would: nothing is finished, nothing is tidied up."""
        self.process.kill()
        self._wait()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._wait()

    def _wait(self) -> None:
        self.process.wait(timeout=20)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@dataclass
class Site:
    """The application as a subprocess, and what there is to visit."""

    server: Server
    address: str
    people: dict[str, str]
    objects: dict[str, dict[str, Any]]
    audits: dict[str, int]
    environment: dict[str, str]

    def manage(self, *command: str) -> str:
        """What a command prints that is run on the same data."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    site: Site

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def visit(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")

    def sign_in(self, persona: str) -> None:
        self.visit("/account/login/")
        self.fill_in_sign_in(persona)

    def fill_in_sign_in(self, persona: str) -> None:
        self.page.get_by_label("E-mail").fill(self.site.people[persona])
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """A link anywhere on the page, also one that looks like a button; the first of that name."""
        self.page.locator("a", has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def is_on(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    def look(self, name: str, *, tour: str = "", sizes: Sizes = SIZES) -> None:
        """Check the page for accessibility at each size, and keep a picture of each; ``tour`` names the
        picture that the tour shows."""
        assert self.barriers(name, tour=tour, sizes=sizes) == [], self.page.url

    def barriers(self, picture: str = "", *, tour: str = "", sizes: Sizes = SIZES) -> list[str]:
        """What is in somebody's way on the page as it stands, at each size."""
        told = []
        for width, size in sizes.items():
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            found = Axe().run(self.page, options=AXE).response["violations"]
            told += [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
            told += [f"scrolls sideways at {size['width']} pixels: {one}" for one in self._too_wide()]
            if picture:
                self._keep_picture(f"{picture}{width}", tour if size == DESKTOP else "")
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        return told

    def _too_wide(self) -> list[str]:
        """What sticks out of the window, when the page as a whole can be scrolled sideways."""
        return self.page.evaluate(TOO_WIDE)

    def _keep_picture(self, name: str, tour: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        if tour and os.environ.get("QA_TOUR_PICTURES") == "1":
            TOUR.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=TOUR / f"tour-{tour}.png")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = Server(tmp_path_factory.mktemp("site"))
    try:
        yield Site(server, **server.start())
        assert "Traceback" not in (log := server.log.read_text()), log[-3000:]
    finally:
        server.stop()


@pytest.fixture
def person(site: Site, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Somebody who has signed in, by what they are: ``person("auditor")``; with ``has_own_clock`` at a
    browser whose clock the test moves."""
    contexts = []

    def arrive(persona: str, *, has_own_clock: bool = False) -> Person:
        context = browser.new_context(viewport=DESKTOP, accept_downloads=True)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        somebody = Person(context.new_page(), site)
        if has_own_clock:
            # Before the first page: a page whose clock is exchanged while it runs reads 1970 for a moment,
            # and may take itself for one that nobody has used for decades.
            somebody.page.clock.install()
        if persona:
            somebody.sign_in(persona)
        return somebody

    yield arrive
    for context in contexts:
        context.close()
