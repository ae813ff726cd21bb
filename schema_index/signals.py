"""How lower layers tell upper ones what happened, without knowing them."""

from django.dispatch import Signal

schema_changing = Signal()
"""Sent before a changed schema is taken into use, with no transaction open: `source: DataSource`, `changes:
tuple[Change, ...]`, and `schema: DatabaseSchema`, the visible part of the new one. A receiver returns a sequence of
`Breakage`: what would not work any more."""

schema_changed = Signal()
"""Sent inside the sync's transaction with `source: DataSource`, `snapshot: Snapshot`, `schema: DatabaseSchema` and
`changes: tuple[Change, ...]`. A receiver that raises undoes the sync."""

policy_saving = Signal()
"""Sent with `source: DataSource`, `policy: Policy` and `schema: DatabaseSchema` in the transaction that saves a policy
with row rules. A receiver that raises PolicyInvalid refuses it with its message."""

visibility_changed = Signal()
"""Sent with `source: DataSource` in the transaction that changed which tables, columns or values may be seen."""
