from django.urls import path

from nl2sql.api.views import AskView, RunView

urlpatterns = [
    path("nl2sql", AskView.as_view(), name="api-ask"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="api-run"),
]
