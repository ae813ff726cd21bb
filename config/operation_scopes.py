"""Which scope of an API key opens which operation, for the description of the API.

The views ask for it themselves; a test calls each operation with every key that opens it, and with one that does not.
"""

from tenants.roles import Permission

OF_TAG = {
    "API keys": Permission.MANAGE_KEYS,
    "Audit": Permission.READ_AUDIT,
    "Conversations": Permission.ASK,
    "Data sources": Permission.READ_SCHEMA,
    "Embedding": Permission.EMBED,
    "Evaluations": Permission.MANAGE_KNOWLEDGE,
    "Knowledge": Permission.MANAGE_KNOWLEDGE,
    "Language model": Permission.MANAGE_MODEL,
    "Members": Permission.READ_MEMBERS,
    "Policies": Permission.MANAGE_SOURCES,
    "Questions": Permission.ASK,
    "Runs": Permission.ASK,
    "Search": Permission.READ_SCHEMA,
    "Tenant": Permission.ASK,
    "Usage": Permission.READ_USAGE,
    "Verified queries": Permission.MANAGE_KNOWLEDGE,
}

READS_KNOWLEDGE = (Permission.READ_SCHEMA, Permission.MANAGE_KNOWLEDGE)

OTHERWISE: dict[str, tuple[Permission, ...]] = {
    "change_calendar": (Permission.MANAGE_SOURCES,),
    "change_member": (Permission.MANAGE_MEMBERS,),
    "remove_member": (Permission.MANAGE_MEMBERS,),
    "rate_run": (Permission.ASK,),
    "sync_data_source": (Permission.SYNC_SCHEMA,),
    **dict.fromkeys(("get_proposed_schema", "accept_proposed_schema"), (Permission.MANAGE_SOURCES,)),
    **dict.fromkeys(("list_faq", "get_faq", "list_documents", "get_document"), READS_KNOWLEDGE),
}
"""Operations that their tag does not tell."""


def operation_scopes(operation_id: str, *, tag: str) -> tuple[Permission, ...]:
    """Any of them is enough. Raises KeyError for a tag that is not listed above."""
    return OTHERWISE.get(operation_id) or (OF_TAG[tag],)
