"""How each operation is called with curl, from Python and from JavaScript, made from its description. Pure."""

import json
import re
from typing import Any

PATH_EXAMPLES = {"slug": "shop", "role": "analyst", "index": "0"}
SOME_ID = "0d0e7c0a-3c1e-4f0a-9d4e-6b4a3a0f6f0b"
LONGEST_S = 180
"""A question waits for a model and a database."""


def code_samples(path: str, method: str, operation: dict[str, Any]) -> list[dict[str, str]]:
    """As `x-codeSamples` wants them. `$QUERENT` is the installation's address, `$KEY` an API key."""
    address = re.sub(r"{(\w+)}", lambda found: PATH_EXAMPLES.get(found[1], SOME_ID), path)
    query = _query(operation)
    body = _body(operation)
    return [
        {"lang": "Shell", "label": "curl", "source": _curl(method, address + query, body)},
        {"lang": "Python", "label": "Python", "source": _python(method, address + query, body)},
        {"lang": "JavaScript", "label": "JavaScript", "source": _javascript(method, address + query, body)},
    ]


def _query(operation: dict[str, Any]) -> str:
    """Only what must be sent."""
    required = [one for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")]
    given = [f"{one['name']}={SOME_ID if one['schema'].get('format') == 'uuid' else 'orders'}" for one in required]
    return f"?{'&'.join(given)}" if given else ""


def _body(operation: dict[str, Any]) -> Any:
    """The first example of a JSON body; an empty one where a body is needed and has no example; else None."""
    media = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return None
    return next((example["value"] for example in media.get("examples", {}).values()), {})


def _curl(method: str, address: str, body: Any) -> str:
    lines = [f'curl -sS -X {method.upper()} "$QUERENT{address}"', '  -H "Authorization: Bearer $KEY"']
    if body is not None:
        text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
        lines += ['  -H "Content-Type: application/json"', f"  -d '{text}'"]
    return " \\\n".join(lines)


def _python(method: str, address: str, body: Any) -> str:
    sent = "" if body is None else f"    json={body!r},\n"
    return (
        'import requests\n\nquerent, key = "http://127.0.0.1:8000", "qk_…"\n'
        f"reply = requests.{method}(\n"
        f"    querent + {json.dumps(address)},\n"
        '    headers={"Authorization": f"Bearer {key}"},\n'
        f"{sent}    timeout={LONGEST_S},\n)\n"
        "reply.raise_for_status()\nprint(reply.text)"
    )


def _javascript(method: str, address: str, body: Any) -> str:
    headers = "Authorization: `Bearer ${process.env.KEY}`"
    sent = ""
    if body is not None:
        headers += ', "Content-Type": "application/json"'
        sent = f"  body: JSON.stringify({json.dumps(body, ensure_ascii=False)}),\n"
    return (
        f"const reply = await fetch(process.env.QUERENT + {json.dumps(address)}, {{\n"
        f'  method: "{method.upper()}",\n'
        f"  headers: {{ {headers} }},\n{sent}}});\n"
        "if (!reply.ok) throw new Error(await reply.text());\nconsole.log(await reply.text());"
    )
