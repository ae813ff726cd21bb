"""What somebody could see of a source, in short: when it changes, what was answered before is shown no more. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from tenants.attributes import AttributeValue, attributes_to_json


def access_digest(*, policy: str, hidden: Iterable[str], attributes: Mapping[str, AttributeValue]) -> str:
    """Of a policy's digest, what the source hides from all, and what is known of the person."""
    seen = [policy, sorted(hidden), attributes_to_json(attributes)]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
