"""A framework that was loaded and changed here comes out as files that load to the same somewhere else."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import shipped_packs
from qaframework.packs.workflow import change_quotas
from qaframework.rules.quotas import EVERY_YEAR, Kind, Per, Quota, SharedQuota, YearsDue
from qaframework.tools.models import ToolVersion
from tests.factories.packs import LOADED_AT, shipped
from tests.factories.people import UnitFactory

AT = LOADED_AT.isoformat()
JUNE = date(2026, 6, 1)


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--at", AT, "--json", stdout=out)
    return json.loads(out.getvalue())


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def amounts(per: Per) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(0, 200)] * per.stretches)


rhythms = st.one_of(st.just(EVERY_YEAR), st.builds(YearsDue, st.integers(2, 10), st.integers(2020, 2030)))


@st.composite
def changed_quotas(draw, pack: Pack) -> tuple[list[Quota], list[SharedQuota]]:
    """Some quotas are gone, some have other numbers, and some are new, of any kind and length."""
    kept = [quota for quota in pack.quotas if draw(st.integers(0, 9))]
    quotas = [
        replace(one, amounts=draw(amounts(one.per)), years=draw(rhythms)) if draw(st.booleans()) else one
        for one in kept
    ]
    shared = [
        replace(one, amounts=draw(amounts(one.per)), years=draw(rhythms))
        for one in pack.shared_quotas
        if draw(st.booleans())
    ]
    taken = {(one.role, one.activity) for one in quotas}
    taken |= {(role, one.activity) for one in shared for role in one.roles}
    counted = [key for key, one in pack.activities.items() if one.kind != "case_review"]
    free = [(role, key) for role in pack.roles for key in counted if (role, key) not in taken]
    for role, activity in draw(st.lists(st.sampled_from(free), max_size=3, unique=True)):
        per, unit = draw(st.sampled_from(Per)), draw(st.sampled_from([None, "some-unit"]))
        quotas.append(Quota(role, activity, draw(amounts(per)), per, unit, draw(st.sampled_from(Kind))))
    return quotas, shared


class ComesBack(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        UnitFactory(code="northmoor")

    @settings(max_examples=25, phases=[Phase.generate])  # to shrink an example takes minutes
    @given(st.sampled_from(shipped_packs()), st.data(), st.integers(1, 3))
    def test_what_is_exported_loads_to_the_same(self, name: str, data: st.DataObject, changes: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            exported = Path(folder) / "pack.zip"
            with database_of_its_own():
                run("load_pack", name)
                framework = Framework.objects.get()
                for number in range(changes):
                    pack = framework.versions.first().pack
                    quotas, shared = data.draw(changed_quotas(pack))
                    change_quotas(
                        framework=framework,
                        quotas=quotas,
                        shared_quotas=shared,
                        effective_from=JUNE,
                        note=f"Change {number}",
                        by=None,
                        now=LOADED_AT,
                    )
                newest = framework.versions.first()
                assert (newest.pack.quotas, newest.pack.shared_quotas) == (tuple(quotas), tuple(shared))
                made = newest.content, newest.effective_from, newest.label, newest.pack
                forms = sorted(ToolVersion.objects.values_list("content_hash", flat=True))
                run("export_pack", name, "--version-number", str(newest.number), "--output", str(exported))
            assert run("check_pack", str(exported))["mistakes"] == []
            with zipfile.ZipFile(exported) as archive:
                tools = {f"tools/{key}.yaml" for key in shipped(name)["tools"]}
                assert set(archive.namelist()) == {"framework.yaml", *tools}
            with database_of_its_own():
                run("load_pack", str(exported))
                version = FrameworkVersion.objects.get()
                assert (version.content, version.effective_from, version.label, version.pack) == made
                assert sorted(ToolVersion.objects.values_list("content_hash", flat=True)) == forms
