from django.urls import path

from nl2sql.api.conversations import ConversationListView, ConversationView
from nl2sql.api.evaluations import EvaluationComparisonView, EvaluationListView, EvaluationView
from nl2sql.api.model import ModelTestView, ModelView
from nl2sql.api.result_views import RunCsvView, RunResultView
from nl2sql.api.run_views import RunCancelView, RunEventsView, RunListView, RunShareView, RunView
from nl2sql.api.suggestions import SuggestionListView
from nl2sql.api.verified_queries import RunFeedbackView, VerifiedQueryListView, VerifiedQueryView
from nl2sql.api.views import AskView, RerunView

urlpatterns = [
    path("nl2sql", AskView.as_view(), name="api-ask"),
    path("runs", RunListView.as_view(), name="api-runs"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/events", RunEventsView.as_view(), name="api-run-events"),
    path("runs/<uuid:run_id>/share", RunShareView.as_view(), name="api-run-share"),
    path("runs/<uuid:run_id>/cancel", RunCancelView.as_view(), name="api-run-cancel"),
    path("runs/<uuid:run_id>/rerun", RerunView.as_view(), name="api-run-rerun"),
    path("runs/<uuid:run_id>/result", RunResultView.as_view(), name="api-run-result"),
    path("runs/<uuid:run_id>/result.csv", RunCsvView.as_view(), name="api-run-csv"),
    path("runs/<uuid:run_id>/feedback", RunFeedbackView.as_view(), name="api-run-feedback"),
    path("conversations", ConversationListView.as_view(), name="api-conversations"),
    path("conversations/<uuid:conversation_id>", ConversationView.as_view(), name="api-conversation"),
    path("evaluations", EvaluationListView.as_view(), name="api-evaluations"),
    path("evaluations/<uuid:evaluation_id>", EvaluationView.as_view(), name="api-evaluation"),
    path(
        "evaluations/<uuid:evaluation_id>/comparison",
        EvaluationComparisonView.as_view(),
        name="api-evaluation-comparison",
    ),
    path("suggestions", SuggestionListView.as_view(), name="api-suggestions"),
    path("verified-queries", VerifiedQueryListView.as_view(), name="api-verified-queries"),
    path("verified-queries/<uuid:query_id>", VerifiedQueryView.as_view(), name="api-verified-query"),
    path("model", ModelView.as_view(), name="api-model"),
    path("model/test", ModelTestView.as_view(), name="api-model-test"),
]
