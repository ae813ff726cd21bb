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
    path("data-sources", DataSourceListView.as_view(), name="api-data-sources"),
    path("data-sources/<slug:slug>", DataSourceView.as_view(), name="api-data-source"),
    path("data-sources/<slug:slug>/schema", SchemaView.as_view(), name="api-schema-of"),
    path("data-sources/<slug:slug>/changes", SchemaChangesView.as_view(), name="api-changes-of"),
    path("data-sources/<slug:slug>/sync", SyncView.as_view(), name="api-sync"),
    path("data-sources/<slug:slug>/proposed", ProposedSchemaView.as_view(), name="api-proposed-schema"),
    path("jobs/<uuid:job_id>", JobView.as_view(), name="api-job"),
    path("data-sources/<slug:slug>/policy/<slug:role>", PolicyView.as_view(), name="api-policy"),
    path("data-sources/<slug:slug>/policy/<slug:role>/preview", PolicyPreviewView.as_view(), name="api-policy-preview"),
    path("search", SearchView.as_view(), name="api-search"),
    path("knowledge/faq", FaqListView.as_view(), name="api-faq"),
    path("knowledge/faq/<uuid:entry_id>", FaqView.as_view(), name="api-faq-entry"),
    path("knowledge/faq/<uuid:entry_id>/restore", FaqRestoreView.as_view(), name="api-faq-restore"),
    path("knowledge/documents", DocumentListView.as_view(), name="api-documents"),
    path("knowledge/documents/<uuid:entry_id>", DocumentView.as_view(), name="api-document"),
    path("knowledge/documents/<uuid:entry_id>/restore", DocumentRestoreView.as_view(), name="api-document-restore"),
]
