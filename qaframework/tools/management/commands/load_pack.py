from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import PackInvalid, read_pack
from qaframework.packs.workflow import load_pack
from qaframework.people.command import OperatorCommand, Outcome
from qaframework.people.models import Unit
from qaframework.people.refusal import Refused
from qaframework.tools.workflow import install_tools

NO_UNITS = "There are no units yet, so it holds for nobody. Import the organisation, then load it again."


class Command(OperatorCommand):
    help = (
        "Load a framework and its tools: a shipped pack, a folder, a zip or a YAML file. Loading the same "
        "again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("pack", help="The name of a shipped pack, or a path.")
        parser.add_argument(
            "--unit",
            action="append",
            default=[],
            dest="units",
            metavar="CODE",
            help="The framework holds for this unit and all below it; may be repeated. Without it, a new "
            "framework holds for the whole authority and a known one keeps its units.",
        )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        try:
            content = read_pack(options["pack"])
        except PackInvalid as invalid:
            raise CommandError(str(invalid)) from invalid
        with transaction.atomic():
            before = FrameworkVersion.objects.count()
            key = content["framework"]["key"]
            held_for = _holds_for(key)
            try:
                units = _units(options["units"], key)
                version = load_pack(content=content, units=units, by=None, now=now)
            except Refused as refused:
                raise CommandError(str(refused)) from refused
            tools = install_tools(framework_version=version, by=None, now=now)
            holds_for = _holds_for(key)
            warnings = version.framework.overlaps() if holds_for else [NO_UNITS]
            moved = len(holds_for ^ held_for)
            made = FrameworkVersion.objects.count() - before
            if options["dry_run"]:
                transaction.set_rollback(True)
        would = "would be " if options["dry_run"] else ""
        return Outcome(
            changed=made + tools + moved,
            message=f"{version}: versions {would}added: {made}. Tool versions {would}added: {tools}. "
            f"Units {would}added or taken away: {moved}.",
            warnings=warnings,
            details={"framework": key, "version": version.number, "tools": tools, "units": sorted(holds_for)},
        )


def _holds_for(key: str) -> set[str]:
    """Codes of the units of the framework with this key; none when there is no such framework."""
    return set(Framework.objects.filter(key=key, units__isnull=False).values_list("units__code", flat=True))


def _units(codes: Sequence[str], key: str) -> list[Unit]:
    if not codes:
        return [] if _holds_for(key) else list(Unit.objects.filter(parent=None, is_active=True))
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    unknown = [code for code in codes if code not in units]
    if unknown:
        raise Refused(f"There is no unit with the code {', '.join(unknown)}.")
    return list(units.values())
