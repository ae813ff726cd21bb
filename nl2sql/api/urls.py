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
    path("nl2sql", AskView.as_view()),
    path("runs", RunListView.as_view()),
    path("runs/<uuid:run_id>", RunView.as_view()),
    path("runs/<uuid:run_id>/events", RunEventsView.as_view()),
    path("runs/<uuid:run_id>/share", RunShareView.as_view()),
    path("runs/<uuid:run_id>/cancel", RunCancelView.as_view()),
    path("runs/<uuid:run_id>/rerun", RerunView.as_view()),
    path("runs/<uuid:run_id>/result", RunResultView.as_view()),
    path("runs/<uuid:run_id>/result.csv", RunCsvView.as_view()),
    path("runs/<uuid:run_id>/feedback", RunFeedbackView.as_view()),
    path("conversations", ConversationListView.as_view()),
    path("conversations/<uuid:conversation_id>", ConversationView.as_view()),
    path("evaluations", EvaluationListView.as_view()),
    path("evaluations/<uuid:evaluation_id>", EvaluationView.as_view()),
    path("evaluations/<uuid:evaluation_id>/comparison", EvaluationComparisonView.as_view()),
    path("suggestions", SuggestionListView.as_view()),
    path("verified-queries", VerifiedQueryListView.as_view()),
    path("verified-queries/<uuid:query_id>", VerifiedQueryView.as_view()),
    path("model", ModelView.as_view()),
    path("model/test", ModelTestView.as_view()),
]
