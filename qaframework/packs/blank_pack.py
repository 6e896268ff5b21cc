"""The files of a pack for a new authority: small, right as they stand, and with a word about every part."""

import json
import re
from datetime import date
from pathlib import Path
from string import Template

from qaframework.people.refusal import Refused
from qaframework.rules.periods import ProgrammeYear

BLANK = Path(__file__).parent / "blank"
LONGEST_KEY = 40


def blank_files(authority: str, *, today: date) -> dict[str, bytes]:
    """The files by their name, for an authority of that name and from this programme year on.

    Raises Refused for a name from which no key can be made.
    """
    key = key_of(authority)
    year = ProgrammeYear.of(today)
    words = {
        "key": key,
        "name": json.dumps(f"{authority} quality assurance framework", ensure_ascii=False),
        "authority": json.dumps(authority, ensure_ascii=False),
        "version": f"{year.year}.1",
        "effective_from": year.start.isoformat(),
    }
    return {
        file.relative_to(BLANK).as_posix(): Template(file.read_text()).substitute(words).encode()
        for file in sorted(BLANK.rglob("*.yaml"))
    }


def key_of(authority: str) -> str:
    """“Isle of Fen” becomes isle_of_fen. Raises Refused."""
    key = re.sub(r"[^a-z0-9]+", "_", authority.lower()).strip("_")
    if not re.fullmatch(r"[a-z].*", key) or len(key) > LONGEST_KEY:
        raise Refused(f"“{authority}” is no name for a pack. Give one that begins with a letter from a to z.")
    return key
