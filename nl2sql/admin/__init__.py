"""What happened, as the platform's operators read it inside one tenant."""

from nl2sql.admin import evaluation, model, run, verified_query

__all__ = ["evaluation", "model", "run", "verified_query"]
