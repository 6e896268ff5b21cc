from django.urls import path, register_converter

from qaframework.caseload.models import StagedCase
from qaframework.caseload.views import cases, imports


class ChangeConverter:
    """The kinds of change of an import and what moves work, and nothing else."""

    regex = "|".join([*StagedCase.Change.values, *StagedCase.MOVES])

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ChangeConverter, "change")

app_name = "caseload"

urlpatterns = [
    path("", cases.register, name="register"),
    path("<int:pk>/", cases.case, name="case"),
    path("<int:pk>/hold/", cases.hold, name="hold"),
    path("<int:pk>/release/", cases.release, name="release"),
    path("<int:pk>/close/", cases.close, name="close"),
    path("<int:pk>/restrict/", cases.restrict, name="restrict"),
    path("restricted/", cases.restricted, name="restricted"),
    path("restricted/<int:pk>/", cases.restricted_case, name="restricted_case"),
    path("restricted/<int:pk>/lift/", cases.lift, name="lift"),
    path("restricted/<int:pk>/clearances/<int:clearance_pk>/revoke/", cases.revoke, name="revoke"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_report, name="import"),
    path("imports/<int:pk>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<int:pk>/findings.csv", imports.import_findings, name="import_findings"),
    path("imports/<int:pk>/<change:change>/", imports.import_changes, name="import_changes"),
]
