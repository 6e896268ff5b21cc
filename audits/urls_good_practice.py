"""Routes of the library of good practice."""

from django.urls import path

from audits.views import good_practice

urlpatterns = [
    path("", good_practice.library, name="library"),
    path("<int:pk>/", good_practice.entry, name="good_practice"),
    path("<int:pk>/change/", good_practice.change, name="change_good_practice"),
    path("<int:pk>/withdraw/", good_practice.withdraw, name="withdraw_good_practice"),
    path("candidates/", good_practice.candidates, name="good_practice_candidates"),
    path("from/<int:pk>/", good_practice.of_audit, name="good_practice_of"),
    path("from/<int:pk>/propose/", good_practice.propose, name="propose_good_practice"),
    path("from/<int:pk>/publish/", good_practice.publish, name="publish_good_practice"),
    path("from/<int:pk>/publish/<slug:question>/", good_practice.publish, name="publish_noted"),
    path("from/<int:pk>/set-aside/", good_practice.set_aside, name="set_aside_good_practice"),
]
