from django.urls import path

from tenants.web import active, join, keys, members, theme, usage

urlpatterns = [
    path("tenant", active.choose_tenant, name="choose-tenant"),
    path("theme", theme.choose_theme, name="theme"),
    path("keys", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", keys.revoke, name="revoke-key"),
    path("members", members.members, name="members"),
    path("members/<uuid:member_id>/change", members.change, name="change-member"),
    path("members/<uuid:member_id>/remove", members.remove, name="remove-member"),
    path("invitations/<uuid:invitation_id>/withdraw", members.withdraw, name="withdraw-invitation"),
    path("join/<str:token>", join.join, name="join"),
    path("usage", usage.usage_page, name="usage"),
]
