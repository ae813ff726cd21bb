from django.urls import path

from tenants.api.audit import AuditListView
from tenants.api.calendar import CalendarView
from tenants.api.embed_tokens import EmbedTokenView
from tenants.api.keys import KeyListView, KeyView
from tenants.api.members import MemberListView, MemberView
from tenants.api.usage import UsageCsvView, UsageView

urlpatterns = [
    path("tenant/calendar", CalendarView.as_view(), name="api-calendar"),
    path("keys", KeyListView.as_view(), name="api-keys"),
    path("keys/<uuid:key_id>", KeyView.as_view(), name="api-key"),
    path("embed-tokens", EmbedTokenView.as_view(), name="api-embed-tokens"),
    path("members", MemberListView.as_view(), name="api-members"),
    path("members/<uuid:member_id>", MemberView.as_view(), name="api-member"),
    path("usage", UsageView.as_view(), name="api-usage"),
    path("usage.csv", UsageCsvView.as_view(), name="api-usage-csv"),
    path("audit", AuditListView.as_view(), name="api-audit"),
]
