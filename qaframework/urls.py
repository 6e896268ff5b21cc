from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from qaframework.people import views as people

urlpatterns = [
    path("", people.home, name="home"),
    path("keep-alive/", people.keep_alive, name="keep_alive"),
    # The work address is the administrator's to change, not one's own.
    path("account/email/", RedirectView.as_view(pattern_name="people:my_account"), name="account_email"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("people/", include("qaframework.people.urls")),
]
