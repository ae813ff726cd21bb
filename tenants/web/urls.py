from django.urls import path

from tenants.web import active, keys, theme, usage

urlpatterns = [
    path("tenant", active.choose_tenant, name="choose-tenant"),
    path("theme", theme.choose_theme, name="theme"),
    path("keys", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.revoke, name="revoke-key"),
    path("usage", usage.usage_page, name="usage"),
]
