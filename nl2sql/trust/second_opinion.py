"""What it says of a model's answer that the composer reads the question likewise, or otherwise. Pure."""

from nl2sql.trust.check import Check, passed, undetermined
from nl2sql.trust.facts import SecondOpinion

NAME = "second_opinion"


def second_opinion(second: SecondOpinion | None) -> Check | None:
    """None where the composer refuses the question, or wrote the statement itself."""
    if second is None:
        return None
    if second.agreement == "agrees":
        return passed(NAME, "Querent's composer, which places every word of the question, finds the same rows.")
    if second.agreement == "disagrees":
        return undetermined(NAME, "Querent's composer reads the question otherwise and finds other rows.")
    return undetermined(NAME, "Querent's composer reads the question otherwise; its rows could not be compared.")
