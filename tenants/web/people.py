"""How actors are told of on pages."""

from collections.abc import Iterable

from tenants.actors import usernames


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """People by their user name, keys, commands and people of the tenant's own product in words. One query
    where there are people."""
    wanted = set(actors)
    return {actor: _words(actor) for actor in wanted} | usernames(wanted)


def _words(actor: str) -> str:
    kind, _, name = actor.partition(":")
    label = name.partition(":")[2]
    told = {"key": f"API key {name}", "system": f"{name} (a command)", "user": "a former member"}
    return {**told, "embed": f"{label} in your product"}.get(kind, actor)
