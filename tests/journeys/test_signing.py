"""An observer hands in what they saw; the practitioner reads it on a phone and signs it."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import PHONE, Person, Site

pytestmark = pytest.mark.journey

Arrive = Callable[[str], Person]


def test_an_observation_is_handed_in_and_signed_on_a_phone(person: Arrive, site: Site) -> None:
    pk = site.objects["observation to hand in"]["pk"]
    observer, practitioner = person("auditor"), person("practitioner")
    practitioner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    observer.visit(f"/observations/{pk}/section/after/")
    observer.sees("Ruby Thistlewood signs on their own page, once this has been handed in.")
    observer.page.get_by_label("I have read this and sign it").check()
    observer.sees("Saved ")
    observer.look("observation-signatures")
    observer.visit(f"/observations/{pk}/hand-in/")
    observer.press("Submit")
    observer.sees("Submitted. Thank you.")
    observer.sees("Not signed yet")
    observer.look("observation-not-signed-yet")

    read_and_sign(practitioner, pk)

    observer.visit(f"/observations/{pk}/read/")
    observer.sees("Signed by Ruby Thistlewood on ")
    observer.sees("I would have liked more time with her.")
    observer.look("observation-signed")


def read_and_sign(practitioner: Person, pk: int) -> None:
    practitioner.visit("/notices/")
    practitioner.sees("Sign at its end that you have read it.")
    practitioner.visit("/my-work/")
    waiting = practitioner.page.get_by_role("table", name="To read and sign")
    # Other journeys may have left something to sign; what was handed in last stands at the end.
    waiting.get_by_role("link", name="Observation of practice").last.click()
    practitioner.page.wait_for_url(f"**/observations/{pk}/read/")
    practitioner.follow("Go to your signature")
    practitioner.page.get_by_label("Comment").fill("I would have liked more time with her.")
    practitioner.press("Sign")
    practitioner.sees("Tick the box when you have read it, to sign it.")
    practitioner.look("observation-not-ticked")
    practitioner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    practitioner.page.get_by_label("I have read this and sign it").check()
    practitioner.look("observation-to-sign")
    practitioner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    practitioner.press("Sign")
    practitioner.sees("You have signed. Thank you.")
