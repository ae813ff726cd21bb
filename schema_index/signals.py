"""How lower layers tell upper ones what happened, without knowing them."""

from django.dispatch import Signal

schema_changed = Signal()
"""Sent inside the sync's transaction with `source: DataSource`, `snapshot: Snapshot`, `schema: DatabaseSchema` and
`changes: tuple[Change, ...]`. A receiver that raises undoes the sync."""

visibility_changed = Signal()
"""Sent with `source: DataSource` in the transaction that changed which tables, columns or values may be seen."""
