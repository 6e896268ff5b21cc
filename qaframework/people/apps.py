from django.contrib.admin import apps


class AdministratorSiteConfig(apps.AdminConfig):
    """Django's administrator site, with our sign-in and our rule of who may enter."""

    default = False
    default_site = "qaframework.people.site.AdministratorSite"
