"""docs/packs.md, followed word by word: from a blank pack to drawn cases, for an invented authority."""

import io
import json
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audits.models import SampleDraw
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.packs.checking import SCHEMAS, check
from qaframework.packs.documents import read_document
from qaframework.packs.library import ready_made
from qaframework.packs.models import Framework
from qaframework.packs.reading import pack_files
from qaframework.people.models import Post
from qaframework.people.roles import ROLES
from qaframework.rules.deadlines import Offset

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "packs.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AT = "2026-11-02T09:00"


def blocks() -> list[tuple[str, str]]:
    """What stands between fences: the kind and the text."""
    return BLOCK.findall(GUIDE.read_text())


class Reader:
    """Somebody who does what the guide says, in a folder of their own."""

    def __init__(self) -> None:
        self.said = ""

    def do(self, kind: str, text: str) -> None:
        if kind == "sh":
            for line in text.splitlines():
                self.run(*shlex.split(line))
        elif kind in ("yaml", "csv"):
            first, rest = text.split("\n", 1)
            self.write(first.removeprefix("# "), rest)

    def run(self, quality: str, name: str, *arguments: str) -> None:
        assert quality == "quality"
        out = io.StringIO()
        try:
            call_command(name, *arguments, "--at", AT, stdout=out, stderr=out)
        finally:
            self.said = out.getvalue()

    def write(self, name: str, text: str) -> None:
        if name.startswith("tools/"):
            Path("fenshire", "tools", "own_dip_sample.yaml").unlink()
            Path("fenshire", name).write_text(text)
        elif name == "framework.yaml":
            self.replace(Path("fenshire", name), text)
        else:
            Path(name).write_text(text)

    def replace(self, file: Path, text: str) -> None:
        """Put each part of the text in the place of the file's part of the same name, or at its end."""
        for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]:
            name = part.split(":", 1)[0]
            written = file.read_text()
            old = re.compile(rf"^{name}:.*\n(?:[ ].*\n|\n(?=[ ]))*", re.MULTILINE)
            found = old.search(written)
            file.write_text(
                written[: found.start()] + part + written[found.end() :] if found else f"{written}\n{part}"
            )


@pytest.fixture
def reader(tmp_path, monkeypatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    return Reader()


@pytest.mark.django_db
def test_the_guide_leads_from_a_blank_pack_to_drawn_cases(reader):
    for kind, text in blocks():
        reader.do(kind, text)
        if text.startswith("quality check_pack"):
            assert reader.said.strip().endswith("nothing is wrong.")

    framework = Framework.objects.get()
    pack = framework.versions.get().pack
    assert (pack.authority, pack.label("qa_team")) == ("Fenshire", "Learning team")
    assert [unit.code for unit in framework.units.all()] == ["fenshire"]
    assert pack.activities.keys() == {"practice_conversation", "first_visits", "practice_observation"}
    assert Post.objects.count() == 8
    assert Case.objects.count() == 8

    year = Assignment.objects.filter(post__role="team_manager", activity="practice_conversation")
    assert year.filter(period="2026-12").count() == 2
    december = Assignment.objects.filter(activity="practice_conversation", period="2026-12")
    assert december.count() == 2 + 2
    drawn = december.filter(case__isnull=False).select_related("case__unit", "post__unit")
    assert drawn.count() == 4
    assert {one.theme for one in drawn} == {"Babies before and after birth"}
    assert not [one for one in drawn if one.case.unit == one.post.unit]
    assert len({one.case.family_ref for one in drawn}) == 4
    reader.run("quality", "verify_draw", str(SampleDraw.objects.get().pk))
    assert "matches" in reader.said


def test_every_part_of_the_rules_can_be_replaced_as_the_guide_does_it(reader):
    """What the guide replaces is gone, and what it leaves alone is as the blank pack has it."""
    reader.run("quality", "new_pack", "Fenshire")
    before, _ = read_document(Path("fenshire/framework.yaml").read_bytes())
    for kind, text in blocks():
        if kind == "yaml":
            reader.do(kind, text)
    after, repeated = read_document(Path("fenshire/framework.yaml").read_bytes())
    assert repeated == []
    assert after["actions"] == before["actions"]
    assert after["grade_schemes"] == before["grade_schemes"] == ["ofsted4"]
    assert [role["label"] for role in after["roles"]][1] == "Team leader"


def test_the_guide_quotes_what_a_mistake_says(reader):
    reader.run("quality", "new_pack", "Fenshire")
    file = Path("fenshire/framework.yaml")
    file.write_text(file.read_text().replace("{role: team_manager", "{role: team_leader", 1))
    with pytest.raises(CommandError, match="1 to put right"):
        reader.run("quality", "check_pack", "fenshire")
    (quoted,) = [text.strip() for kind, text in blocks() if kind == "text"]
    assert reader.said.startswith(quoted)


# The blank pack


@pytest.mark.parametrize("name", ["Fenshire", "Isle of Fen", "King's Lea & Moor: “West”"])
def test_a_blank_pack_has_no_mistakes_whatever_the_name(reader, name):
    reader.run("quality", "new_pack", name, "--output", "new")
    files = pack_files("new")
    assert check(files) == []
    framework, _ = read_document(files["framework.yaml"])
    assert framework["authority"] == name
    assert (framework["version"], framework["effective_from"]) == ("2026.1", "2026-04-01")


def test_everything_that_is_switched_off_can_be_switched_on(reader):
    """A part that is switched off begins with # and no space; the one rule of its name goes."""
    reader.run("quality", "new_pack", "Fenshire")
    file = Path("fenshire/framework.yaml")
    text = file.read_text().replace("\nloop: null\n", "\n")
    file.write_text(re.sub(r"^#(?! \S)(?=.)", "", text, flags=re.MULTILINE))
    assert check(pack_files("fenshire")) == []
    framework, _ = read_document(file.read_bytes())
    schema = json.loads((SCHEMAS / "framework.schema.json").read_text())
    assert framework.keys() == schema["properties"].keys()


@pytest.mark.parametrize("name", ["", "  ", "2020 Council", "Ω", "A" + 40 * "b"])
def test_a_name_that_makes_no_key_is_refused(reader, name):
    with pytest.raises(CommandError, match="no name for a pack"):
        reader.run("quality", "new_pack", name)
    assert list(Path().iterdir()) == []


def test_what_is_there_is_never_written_over(reader):
    reader.run("quality", "new_pack", "Fenshire")
    Path("fenshire/framework.yaml").write_text("mine")
    with pytest.raises(CommandError, match="something at fenshire already"):
        reader.run("quality", "new_pack", "Fenshire")
    assert Path("fenshire/framework.yaml").read_text() == "mine"
    with pytest.raises(CommandError, match="cannot be written"):
        reader.run("quality", "new_pack", "Fenshire", "--output", "fenshire/framework.yaml/new")


# The tables at the guide's end


def words_of(row: str) -> list[str]:
    (found,) = re.findall(rf"^\| {row} \| (.+?) \|$", GUIDE.read_text(), re.MULTILINE)
    return re.findall(r"`([^`]+)`", found)


def schema(name: str) -> dict[str, object]:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def test_the_guide_names_every_part_of_the_rules():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", GUIDE.read_text(), re.MULTILINE)
    named = [part for row in rows for part in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(schema("framework")["properties"])


def test_the_guide_names_every_word_with_a_meaning():
    framework, tool = schema("framework")["$defs"], schema("tool")["$defs"]
    assert words_of("roles") == list(ROLES)
    assert words_of("kinds of activities") == framework["activity"]["properties"]["kind"]["enum"]
    assert words_of("independence") == framework["independence"]["enum"]
    groups = framework["subject_rule"]["properties"]["from"]["enum"]
    assert words_of(r"whom work looks at \(`from`\)") == groups
    sample = framework["sample"]["properties"]
    assert words_of(r"what a dip sample looks at \(`sample › of`\)") == sample["of"]["enum"]
    assert words_of(r"where that comes from \(`sample › from`\)") == sample["from"]["enum"]
    assert words_of("kinds of answers") == tool["question"]["properties"]["type"]["enum"]
    assert words_of("ready-made forms") == list(ready_made("tools"))
    assert words_of("ready-made scales") == list(ready_made("grade_schemes"))
    assert words_of("ready-made ladders") == list(ready_made("ladders"))
    assert [str(Offset.parse(text)) for text in words_of("times")] == words_of("times")
