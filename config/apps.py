from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConfigConfig(AppConfig):
    default = True
    name = "config"


class QuerentAdminConfig(admin.AdminConfig):
    default = False
    default_site = "config.admin_site.QuerentAdminSite"
