from django.urls import path

from schema_index.api.data_sources import (
    DataSourceListView,
    DataSourceView,
    SchemaChangesView,
    SchemaView,
    SyncView,
)
from schema_index.api.jobs import JobView
from schema_index.api.knowledge import (
    DocumentListView,
    DocumentRestoreView,
    DocumentView,
    FaqListView,
    FaqRestoreView,
    FaqView,
)
from schema_index.api.policy import PolicyPreviewView, PolicyView
from schema_index.api.proposed_schema import ProposedSchemaView
from schema_index.api.search import SearchView

urlpatterns = [
    path("data-sources", DataSourceListView.as_view()),
    path("data-sources/<slug:slug>", DataSourceView.as_view()),
    path("data-sources/<slug:slug>/schema", SchemaView.as_view()),
    path("data-sources/<slug:slug>/changes", SchemaChangesView.as_view()),
    path("data-sources/<slug:slug>/sync", SyncView.as_view()),
    path("data-sources/<slug:slug>/proposed", ProposedSchemaView.as_view()),
    path("jobs/<uuid:job_id>", JobView.as_view()),
    path("data-sources/<slug:slug>/policy/<slug:role>", PolicyView.as_view()),
    path("data-sources/<slug:slug>/policy/<slug:role>/preview", PolicyPreviewView.as_view()),
    path("search", SearchView.as_view()),
    path("knowledge/faq", FaqListView.as_view()),
    path("knowledge/faq/<uuid:entry_id>", FaqView.as_view()),
    path("knowledge/faq/<uuid:entry_id>/restore", FaqRestoreView.as_view()),
    path("knowledge/documents", DocumentListView.as_view()),
    path("knowledge/documents/<uuid:entry_id>", DocumentView.as_view()),
    path("knowledge/documents/<uuid:entry_id>/restore", DocumentRestoreView.as_view()),
]
