from django.urls import path

from nl2sql.api.verified_queries import RunFeedbackView, VerifiedQueryListView, VerifiedQueryView
from nl2sql.api.views import AskView, RunView

urlpatterns = [
    path("nl2sql", AskView.as_view(), name="api-ask"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/feedback", RunFeedbackView.as_view(), name="api-run-feedback"),
    path("verified-queries", VerifiedQueryListView.as_view(), name="api-verified-queries"),
    path("verified-queries/<uuid:query_id>", VerifiedQueryView.as_view(), name="api-verified-query"),
]
