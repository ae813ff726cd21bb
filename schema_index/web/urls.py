from django.urls import path

from schema_index.web import catalogue, sources

urlpatterns = [
    path("catalogue", catalogue.sources, name="catalogue"),
    path("sources/new", sources.new_source, name="new-source"),
    path("catalogue/<slug:slug>", catalogue.source_page, name="catalogue-source"),
    path("sources/<slug:slug>/edit", sources.edit_source, name="edit-source"),
    path("catalogue/<slug:slug>/sync", sources.sync_now, name="sync-source"),
    path("catalogue/<slug:slug>/accept", sources.accept_schema, name="accept-schema"),
    path("catalogue/<slug:slug>/sync-state", catalogue.sync_state, name="sync-state"),
    path("catalogue/<slug:slug>/changes", catalogue.changes, name="catalogue-changes"),
    path("catalogue/<slug:slug>/tables/<path:name>", catalogue.table_page, name="catalogue-table"),
]
