from django.urls import path

from schema_index.web import catalogue, knowledge_pages, policy_pages, sources

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
    path("policies", policy_pages.listed, name="policies"),
    path("policies/<slug:slug>/<slug:role>", policy_pages.policy_page, name="policy"),
    path("knowledge", knowledge_pages.listed, {"kind": "faq"}, name="knowledge"),
    path("knowledge/documents", knowledge_pages.listed, {"kind": "documents"}, name="knowledge-documents"),
    *(
        path(f"knowledge/{kind}/{place}", view, {"kind": kind}, name=name)
        for kind in ("faq", "documents")
        for place, view, name in (
            ("new", knowledge_pages.new, "knowledge-new"),
            ("<uuid:entry_id>", knowledge_pages.edit, "knowledge-entry"),
            ("<uuid:entry_id>/delete", knowledge_pages.delete, "knowledge-delete"),
            ("<uuid:entry_id>/restore", knowledge_pages.restore, "knowledge-restore"),
        )
    ),
]
