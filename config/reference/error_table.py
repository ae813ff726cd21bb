"""Every error code with its status and what helps."""

from config.error_help import HELP
from config.errors import STATUS, TYPE_BASE
from config.reference.markdown import table

INTRODUCTION = f"""# Error codes

Errors are problem details (RFC 9457) as `application/problem+json`: `type` (`{TYPE_BASE}` and the code), `title`,
`status`, `detail`, `instance`, `code`, `request_id`, and where they help `errors`, `retry_after`, `rule`, `run_id`.
Act on `code`; it is the contract. Another tenant's ids answer `not_found`."""


def error_table() -> str:
    rows = [[f"`{code}`", str(status), title, HELP[code]] for code, (status, title) in STATUS.items()]
    return f"{INTRODUCTION}\n\n{table(['code', 'status', 'title', 'what helps'], rows)}"
