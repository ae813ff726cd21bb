from django.urls import path

from schema_index.api.data_sources import (
    DataSourceListView,
    DataSourceView,
    SchemaChangesView,
    SchemaView,
    SyncView,
)
from schema_index.api.jobs import JobView
from schema_index.api.search import SearchView

urlpatterns = [
    path("data-sources", DataSourceListView.as_view(), name="api-data-sources"),
    path("data-sources/<slug:slug>", DataSourceView.as_view(), name="api-data-source"),
    path("data-sources/<slug:slug>/schema", SchemaView.as_view(), name="api-schema-of"),
    path("data-sources/<slug:slug>/changes", SchemaChangesView.as_view(), name="api-changes-of"),
    path("data-sources/<slug:slug>/sync", SyncView.as_view(), name="api-sync"),
    path("jobs/<uuid:job_id>", JobView.as_view(), name="api-job"),
    path("search", SearchView.as_view(), name="api-search"),
]
