"""Routes of the tools, under tools/."""

from django.urls import path, re_path

from qaframework.tools import activity_page, loading, views
from qaframework.tools.building.views import asking, drafts, parts, publishing, tools

app_name = "tools"
urlpatterns = [
    path("", tools.tools, name="tools"),
    path("load/", loading.load, name="load"),
    path("activities/<int:pk>/new/", activity_page.activity, name="new_activity"),
    path("activities/<int:pk>/<slug:key>/", activity_page.activity, name="activity"),
    path("<int:pk>/", views.preview, name="preview"),
    re_path(r"^(?P<pk>\d+)/questions\.(?P<kind>docx|pdf)$", views.paper, name="paper"),
    path("frameworks/<int:pk>/new/", drafts.new_tool, name="new_tool"),
    path("of/<int:pk>/", tools.tool, name="tool"),
    path("of/<int:pk>/compare/", tools.compare, name="compare"),
    path("of/<int:pk>/<int:older>/to/<int:newer>/", tools.difference, name="difference"),
    path("of/<int:pk>/<int:number>/<slug:kind>/", tools.export, name="export"),
    path("of/<int:pk>/change/", drafts.begin, name="begin_draft"),
    path("of/<int:pk>/retire/", publishing.retire, name="retire"),
    path("drafts/<int:pk>/", drafts.draft, name="draft"),
    path("drafts/<int:pk>/preview/", drafts.preview, name="draft_preview"),
    path("drafts/<int:pk>/discard/", drafts.discard, name="discard_draft"),
    path("drafts/<int:pk>/publish/", publishing.publish, name="publish_draft"),
    path("drafts/<int:pk>/file/", drafts.replace, name="draft_file"),
    path("drafts/<int:pk>/export/<slug:kind>/", tools.export_draft, name="export_draft"),
    path("drafts/<int:pk>/particulars/", parts.particulars, name="draft_particulars"),
    path("drafts/<int:pk>/essentials/", parts.essentials, name="draft_essentials"),
    path("drafts/<int:pk>/move/", parts.move, name="draft_move"),
    path("drafts/<int:pk>/sections/new/", parts.new_section, name="draft_new_section"),
    path("drafts/<int:pk>/sections/<slug:key>/", parts.section, name="draft_section"),
    path("drafts/<int:pk>/sections/<slug:key>/remove/", parts.remove_section, name="draft_remove_section"),
    path(
        "drafts/<int:pk>/sections/<slug:section_key>/questions/new/",
        parts.new_question,
        name="draft_new_question",
    ),
    path("drafts/<int:pk>/questions/<slug:key>/", parts.question, name="draft_question"),
    path("drafts/<int:pk>/questions/<slug:key>/kind/", parts.kind, name="draft_kind"),
    path("drafts/<int:pk>/questions/<slug:key>/unless/", asking.drop_condition, name="draft_drop_condition"),
    path(
        "drafts/<int:pk>/questions/<slug:key>/<slug:name>/new/",
        asking.new_condition,
        name="draft_new_condition",
    ),
    path(
        "drafts/<int:pk>/questions/<slug:key>/<slug:name>/<slug:earlier>/",
        asking.condition,
        name="draft_condition",
    ),
    path("drafts/<int:pk>/questions/<slug:key>/remove/", parts.remove_question, name="draft_remove_question"),
]
