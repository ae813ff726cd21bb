from django.urls import path

from tenants.api.audit import AuditListView
from tenants.api.calendar import CalendarView
from tenants.api.embed_tokens import EmbedTokenView
from tenants.api.keys import KeyListView, KeyView
from tenants.api.members import MemberListView, MemberView
from tenants.api.usage import UsageCsvView, UsageView

urlpatterns = [
    path("tenant/calendar", CalendarView.as_view()),
    path("keys", KeyListView.as_view()),
    path("keys/<uuid:key_id>", KeyView.as_view()),
    path("embed-tokens", EmbedTokenView.as_view()),
    path("members", MemberListView.as_view()),
    path("members/<uuid:member_id>", MemberView.as_view()),
    path("usage", UsageView.as_view()),
    path("usage.csv", UsageCsvView.as_view()),
    path("audit", AuditListView.as_view()),
]
