"""Of many suggestions, those that show what can be asked: not six times how many there are. Pure."""

import re
from collections.abc import Sequence

from nl2sql.suggestions.suggest import Suggestion

_PLAIN = re.compile(r"How many \S+( \S+)? are there\?")


def varied(found: Sequence[Suggestion], *, limit: int) -> list[Suggestion]:
    """What a person vouches for comes first; a third is left to plain counts, which always work."""
    verified = [one for one in found if one.origin == "verified"]
    plain = [one for one in found if one.origin != "verified" and _PLAIN.fullmatch(one.question)]
    telling = [one for one in found if one.origin != "verified" and not _PLAIN.fullmatch(one.question)]
    counts = max(limit // 3, limit - len(verified) - len(telling))
    return [*verified, *plain[:1], *telling[: max(0, limit - len(verified) - counts)], *plain[1:]][:limit]
