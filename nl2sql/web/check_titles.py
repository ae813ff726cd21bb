"""What each check is called where people read it. Pure."""

TITLES = {
    "read_only": "Only reads",
    "allowed_data": "Stays within your data",
    "every_word_placed": "Every word has its place",
    "verified_query": "Vouched for by a person",
    "policy": "Limited by policy",
    "question_words": "Nothing of the question is left out",
    "second_opinion": "A second way of asking agrees",
    "join_columns": "Tables are joined where they belong",
    "grain": "Nothing is counted twice",
    "unused_join": "No table is joined in vain",
    "literals": "Words searched for exist in the data",
    "date_span": "Dates lie where there is data",
    "units": "Units and currencies fit together",
    "complete": "The result is complete",
    "has_rows": "There is something to show",
}


def title_of(name: str) -> str:
    """A check that has no title yet is told by its name, with spaces."""
    return TITLES.get(name, name.replace("_", " ").capitalize())
