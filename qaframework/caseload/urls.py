from django.urls import path, register_converter

from qaframework.caseload import import_views, views
from qaframework.caseload.models import StagedCase


class ChangeConverter:
    """The kinds of change of an import, and nothing else."""

    regex = "|".join(StagedCase.Change.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ChangeConverter, "change")

app_name = "caseload"

urlpatterns = [
    path("", views.register, name="register"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/hold/", views.hold, name="hold"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/restrict/", views.restrict, name="restrict"),
    path("restricted/", views.restricted, name="restricted"),
    path("restricted/<int:pk>/", views.restricted_case, name="restricted_case"),
    path("restricted/<int:pk>/lift/", views.lift, name="lift"),
    path("restricted/<int:pk>/clearances/<int:clearance_pk>/revoke/", views.revoke, name="revoke"),
    path("imports/", import_views.imports, name="imports"),
    path("imports/new/", import_views.import_new, name="import_new"),
    path("imports/<int:pk>/", import_views.import_report, name="import"),
    path("imports/<int:pk>/apply/", import_views.import_apply, name="import_apply"),
    path("imports/<int:pk>/findings.csv", import_views.import_findings, name="import_findings"),
    path("imports/<int:pk>/<change:change>/", import_views.import_changes, name="import_changes"),
]
