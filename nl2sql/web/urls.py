from django.urls import path

from nl2sql.web import ask, choose, conversations, embed, embed_views, review, run_actions, run_control, run_page

urlpatterns = [
    path("", ask.home, name="home"),
    path("runs/<uuid:run_id>", run_page.run_page, name="run"),
    path("runs/<uuid:run_id>/rows", run_page.rows, name="run-rows"),
    path("runs/<uuid:run_id>/chart", run_page.chart, name="run-chart"),
    path("runs/<uuid:run_id>/chart.svg", run_page.chart_file, name="run-svg"),
    path("runs/<uuid:run_id>/answer.csv", run_page.csv_file, name="run-csv"),
    path("runs/<uuid:run_id>/choice", choose.choose, name="run-choose"),
    path("runs/<uuid:run_id>/stop", run_control.stop, name="run-stop"),
    path("runs/<uuid:run_id>/rerun", run_control.rerun, name="run-rerun"),
    path("runs/<uuid:run_id>/feedback", run_actions.rate, name="run-feedback"),
    path("runs/<uuid:run_id>/promote", run_actions.promote, name="run-promote"),
    path("conversations", conversations.listed, name="conversations"),
    path("conversations/<uuid:conversation_id>", conversations.shown, name="conversation"),
    path("conversations/<uuid:conversation_id>/rename", conversations.renamed, name="conversation-rename"),
    path("conversations/<uuid:conversation_id>/delete", conversations.deleted, name="conversation-delete"),
    path("embed/querent-ask.js", embed.script, name="embed-script"),
    path("embed/start", embed_views.EmbedStartView.as_view(), name="embed-start"),
    path("embed/ask", embed_views.EmbedAskView.as_view(), name="embed-ask"),
    path("embed/runs/<uuid:run_id>", embed_views.EmbedRunView.as_view(), name="embed-run"),
    path("embed/runs/<uuid:run_id>/events", embed_views.EmbedEventsView.as_view(), name="embed-events"),
    path("embed/runs/<uuid:run_id>/answer.csv", embed_views.EmbedCsvView.as_view(), name="embed-csv"),
    path("embed/runs/<uuid:run_id>/feedback", embed_views.EmbedFeedbackView.as_view(), name="embed-feedback"),
    path("embed/<str:frame>", embed.frame, name="embed"),
    path("review", review.queue, name="review"),
    path("review/queries/<uuid:query_id>", review.decide_query, name="review-query"),
    path("review/faq/<uuid:entry_id>", review.decide_faq, name="review-faq"),
    path("review/documents/<uuid:entry_id>", review.decide_document, name="review-document"),
]
