"""What every model of the house declares: its history, and which of its fields are personal."""

import pytest
from django.contrib.auth import get_user_model
from django.db import models

from tests.factories.people import UnitFactory
from tests.history import gaps_in_history, kept_models, our_models

# Models without a history of their own: rows that never change, or that say nothing about the work.
WITHOUT_HISTORY = {
    "allocation.Planning": "written once",
    "allocation.ProgrammeApproval": "written once",
    "allocation.Reallocation": "written once",
    "audits.AuditResult": "counted again from the audit, which has its history",
    "audits.ModerationDraw": "written once",
    "audits.DipSampleDraw": "written once",
    "audits.SampleDraw": "written once",
    "audits.SampledRecord": "written once, with its draw",
    "caseload.ImportFinding": "written once, with the import",
    "caseload.StagedCase": "waits for the decision on its import and goes with it",
    "clocks.Heartbeat": "a sign of life of a process",
    "clocks.Moment": "planned from its clock, which has its history",
    "escalation.StepRecipient": "written once, with its step",
    "notices.Notice": "a message; its delivery is in its own fields",
    "notices.NoticeCase": "written once, with its notice",
    "notices.SenderLease": "a lock",
    "people.RecordRead": "written once; itself a log",
    "tools.Submission": "written once",
    "tools.Survey": "one more entry would be one person's answers",
    "tools.SurveyInvitation": "an entry would say when somebody answered",
}

# Texts and documents that say nothing about one person.
IMPERSONAL = {
    "actions.Challenge.themes",
    "allocation.Planning.lines",
    "allocation.Planning.posts",
    "allocation.Planning.versions",
    "audits.AuditResult.section_grades",
    "audits.Moderation.quality",
    "audits.ModerationDraw.chosen",
    "audits.ModerationDraw.frame",
    "audits.MonthTheme.criteria",
    "audits.DipSampleDraw.exclusions",
    "audits.SampleDraw.exclusions",
    "audits.SampleDraw.minimum_share",
    "audits.SampleDraw.settings",
    "audits.SampleDraw.theme_criteria",
    "audits.SampleDraw.turns",
    "caseload.CaseImport.counts",
    "clocks.Moment.recipients",
    "packs.FrameworkVersion.content",
    "reporting.Report.figures",
    "reporting.Report.now_what",
    "reporting.Report.so_what",
    "tools.ToolDraft.content",
    "tools.ToolVersion.content",
}
FREE = (models.TextField, models.JSONField, models.BinaryField, models.EmailField)


def named(model: type[models.Model]) -> str:
    return model._meta.label


def test_every_model_has_a_history_or_a_reason_to_have_none() -> None:
    without = {named(model) for model in our_models() if model not in kept_models()}
    assert without == WITHOUT_HISTORY.keys()


@pytest.mark.parametrize("model", our_models(), ids=named)
def test_every_model_says_which_of_its_fields_are_personal(model: type[models.Model]) -> None:
    """Whoever is named, and whatever is written in free words, unless it is known to be about nobody."""
    declared = set(model.PERSONAL_FIELDS)  # type: ignore[attr-defined]
    assert declared <= {field.name for field in model._meta.get_fields()}
    about_people = {
        field.name
        for field in model._meta.concrete_fields
        if field.related_model is get_user_model() or isinstance(field, FREE)
    }
    impersonal = {name for name in about_people if f"{named(model)}.{name}" in IMPERSONAL}
    assert about_people - impersonal <= declared
    assert impersonal.isdisjoint(declared)


@pytest.mark.django_db
@pytest.mark.writes_behind_the_verbs
def test_a_row_changed_without_an_entry_is_found() -> None:
    unit = UnitFactory()
    assert gaps_in_history() == []
    type(unit).objects.filter(pk=unit.pk).update(name="Another name")
    assert gaps_in_history() == [f"people.Unit {unit.pk}: name changed without an entry"]
    unit.history.all().delete()
    assert gaps_in_history() == [f"people.Unit {unit.pk} has no entry"]
