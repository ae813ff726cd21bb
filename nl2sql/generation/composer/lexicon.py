"""What English itself contributes: function words, aggregates, comparisons, superlatives. Nothing about any data."""

from dataclasses import dataclass

from nl2sql.generation.composer.adjectives import ADJECTIVES, RANKS
from nl2sql.generation.composer.orderings import ORDERS
from nl2sql.generation.composer.verbs import VERBS

MAX_PHRASE_WORDS = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """A fixed phrase: its `tag` says what the grammar may do with it; `data` qualifies the tag."""

    tag: str
    data: str = ""


_HOLDING = ("contain", "contains", "contained", "containing", "include", "includes", "including")
_TEXTS = tuple(f"{the}{what}" for what in ("word", "substring", "letter", "phrase", "string") for the in ("the ", ""))
_TABLE: dict[tuple[str, ...], tuple[Phrase, ...]] = {}


def _add(tag: str, listing: str, data: str = "", *, the: bool = False) -> None:
    """`the`: each phrase may have its article before it."""
    for entry in listing.split("|"):
        for words in (entry.split(), ["the", *entry.split()]) if the else (entry.split(),):
            _TABLE[tuple(words)] = (*_TABLE.get(tuple(words), ()), Phrase(tag, data))


_add(
    "lead",
    "show|show me|list|find|find out|give|give me|return|tell|tell me|display|provide|provide me with|get|get me|"
    "retrieve|report|print|please|can you|could you|i want|i want to know|i would like to know|i would like to see|"
    "we want to know|list out|list up|select|give me a list of|show a list of|return a list of|what about|"
    "calculate|compute|determine|identify|list down|a list of|the list of|list of|do you know|name the|name all|"
    "name all the|what can you tell me about|"
    "please show|please list|please give me|please find|please show me|let me know|look up|also list|also show",
)
_add("wh", "what|which|whats|what is|what are|what was|what were|which is|which are|what s|which of|whichever")
_add("who", "who|who is|who are|who was|who were|whom")
_add("be", "is|are|was|were|be|been|being")
_add("do", "do|does|did|can|could")
_add("have", "have|has|had|having|own|owns|owned|possess|possesses")
_add("there", "there")
_add("det", "the|a|an|all|any|some|these|those|all the|all of the|each of the|every one of|any of the|this|both the")
_add("pron", "their|its|his|her|our|my|they|it|he|she|we|us|them|you|i|his or her|him|he or she|one|ones|theirs|your")
_add(
    "each",
    "each|every|per|for each|for every|in each|in every|of each|of every|from each|by each|on each|at each|"
    "to each|for each of the|of each of the|within each|each of|for each different|for each distinct|with each|"
    "under each|for each of|for different|"
    "for all different|across each|across different|for the different",
)
_add("group_by", "grouped by|group by|broken down by|split by|by each")
_add(
    "distinct",
    "distinct|different|unique|distinctive|various|all distinct|all different|different kinds of|"
    "distinct kinds of|the distinct|the different|unique kinds of",
)
_add("of", "of")
_add(
    "prep",
    "for|in|from|at|on|to|into|among|amongst|across|within|through|about|out of|during|inside|under|for all|"
    "in all|from all|regarding|towards|against|via|associated with|across all|belonging to|over all|for the|of all",
)
_add("by", "by")
_add("with", "with|along with|together with")
_add(
    "rel",
    "that|which|who|where|such that|when|whom|in which|for which|to which|from which|on which|by which|at which|"
    "with which|for whom|to whom|so that|which is|which are|who is|who are|that is|that are",
)
_add("rows", "record|records|entry|entries|row|rows|time|times")
_add("whose", "whose")
_add("as", "as|as a|as an|as the|as their|as its|as his or her|as his|as her")
_add("than", "than")
for _unit in ("day", "week", "month", "quarter", "year"):
    _add("unit", _unit, _unit)
_add("full_name", "name|names|full name|full names")
_add("and", "and|as well as|along with|together with|and also|plus|and the|in addition to|and then|but also")
_add("or", "or|or else")
_add("but", "but|yet")
_add("either", "either")
_add("both", "both")
_add(
    "not",
    "not|never|n t|isn t|aren t|doesn t|don t|didn t|wasn t|weren t|haven t|hasn t|are not|is not|do not|does not|"
    "did not|was not|were not|have not|has not|have never|has never|had never|had not|were never|was never|"
    "are never|is never|did never",
)
_add("no", "no|zero")
_add("without", "without|without any|lacking|without a|without an")
_add("howmany", "how many|how many total|how many of the|in total how many")
_add(
    "numof",
    "number of|the number of|total number of|the total number of|count of|total count of|"
    "amount of|no of|num of|number of all|overall number of|the count of|number of total|the number of total",
)
_add("count_lead", "count|count up")
_add("count_self", "frequency|number|count|amount of times|number of times|number of occurrences|the number|the count")
_add(
    "info",
    "information|info|details|detail|all information|all the information|all info|all the details|all details|"
    "everything|all the info|all data|all the data|all records|all columns|all attributes|all fields",
)
_add("star_of", "about|for|of|on|regarding")
for _tag, _listing, _data in RANKS:
    _add(_tag, _listing, _data, the=True)
for _tag, _listing, _data in ORDERS:
    _add(_tag, _listing, _data)
_add("agg", "average|mean|avg|on average|averaged", "avg", the=True)
_add("agg", "maximum|max|maximal", "max", the=True)
_add("agg", "minimum|min|minimal", "min", the=True)
_add("agg", "total|sum|sum of|total sum of|sum total of|summed|combined|overall|altogether", "sum", the=True)
_add(
    "cmp",
    "more than|greater than|larger than|bigger than|higher than|above|over|exceeds|exceed|exceeding|exceeded|"
    "in excess of|strictly greater than|strictly more than|beyond|a value greater than|that exceeds|greater",
    ">",
)
_add(
    "cmp",
    "less than|fewer than|smaller than|lower than|below|under|strictly less than|beneath|not exceeding|lesser than",
    "<",
)
_add(
    "cmp",
    "at least|no less than|not less than|no fewer than|greater than or equal to|more than or equal to|"
    "a minimum of|minimum of|not lower than|higher than or equal to|equal to or more than|equal to or greater than",
    ">=",
)
_add(
    "cmp",
    "at most|no more than|not more than|no greater than|less than or equal to|fewer than or equal to|"
    "a maximum of|maximum of|not higher than|up to|equal to or less than|lower than or equal to",
    "<=",
)
_add("cmp", "exactly|equal to|equals|equal|of exactly|precisely|is equal to|the same as", "=")
_add("cmp", "not equal to|different from|other than|differs from|not the same as", "<>")
_add(
    "cmp_after",
    "or later|and later|or after|and after|or newer|"
    "or more|or above|or higher|or greater|and above|or over|or older|and over|and higher|or larger|or longer",
    ">=",
)
_add(
    "cmp_after",
    "or earlier|and earlier|or before|and before|or less|or fewer|or below|or lower|and below|or under|"
    "or younger|or smaller|or shorter",
    "<=",
)
_add("between", "between|ranging from|in the range of|in between|within the range of|from between|in the range from")
_add("after", "after|later than|since|newer than|more recent than|more recently than", ">")
_add("after", "before|earlier than|prior to|until", "<")
_add(
    "starts",
    "start with|starts with|starting with|begin with|begins with|beginning with|starts with the letter|"
    "start with the letter|starting with the letter|begins with the letter|begin with the letter|starts with letter|"
    "start with letter|starting with letter|that starts with|started with",
    "starts",
)
_add(
    "starts",
    "end with|ends with|ending with|ends with the letter|ends in|end in|ending in|ending with the letter|"
    "end with the letter",
    "ends",
)
_add(
    "starts",
    "|".join(
        [f"{verb} {what}".strip() for verb in _HOLDING for what in ("", *_TEXTS)]
        + [f"{verb} {what}" for verb in ("has", "have", "with") for what in _TEXTS if what not in ("word", "letter")]
    ),
    "contains",
)
_add(
    "named",
    "named|called|titled|with name|with the name|with title|with the title|whose name is|entitled|by the name of|"
    "that is called|that is named|which is called|which is named|that are called|that are named|known as|of the name",
)
_add(
    "noise",
    "in total|please|at least once|in the database|in the system|on record|in our records|overall|respectively|"
    "altogether|corresponding|respective|the corresponding|in the record|in the records|recorded|at all|too|"
    "in the dataset|in this database|in our database|currently totally|existing|exist|exists|"
    "on file|in our record|in the table|as well|in all|in the data|we have|do we have|are there|is there|"
    "do you have|were there|in our system|available|in the list|to date|the following|following|"
    "ever|do they have|does it have|do they each have|does each have|does each one have|are in|is in|own",
)
_add("verb", VERBS)


def phrases_at(words: tuple[str, ...]) -> tuple[Phrase, ...]:
    """The phrases spelled exactly by `words` (folded)."""
    return _TABLE.get(words, ())


_FUNCTION_TAGS = {
    "be",
    "do",
    "have",
    "det",
    "pron",
    "prep",
    "of",
    "by",
    "with",
    "rel",
    "and",
    "or",
    "not",
    "no",
    "than",
}
_PARTICLES = {"up", "off", "out", "down", "as"}


def is_function_word(word: str) -> bool:
    """Whether the word holds sentences together and by itself names nothing."""
    return word in _PARTICLES or any(phrase.tag in _FUNCTION_TAGS for phrase in phrases_at((word,)))


NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000,
    "once": 1, "twice": 2,
}  # fmt: skip

for _form in ADJECTIVES:
    _add("adj", _form, _form, the=True)
