"""Which words of a question may be left out or told in another number without changing what it asks. Pure.

Every list is short on purpose: a word that is not named here must stand in both questions.
"""

COMMANDS = frozenset({"show", "list", "find", "give", "tell", "display", "get"})
NOUN_COMMANDS = frozenset({"return", "report", "output", "print", "fetch", "retrieve"})
"""Commands only where an article or pronoun follows: "return the names", but "return rate by month"."""

LEADS = (
    *(("can", "you"), ("could", "you"), ("would", "you"), ("i", "want", "to", "know"), ("i", "want", "to", "see")),
    *(("i", "need"), ("i", "would", "like", "to", "know"), ("i", "would", "like", "to", "see"), ("please",)),
)
INTERROGATIVES = frozenset({"what", "which"})
ARTICLES = frozenset({"the", "a", "an"})
PRONOUNS = frozenset({"me", "us"})
DROPPED = frozenset({"the", "of", "is", "are", "do", "does", "there", "please", "me", "us"})
RELATIVES = frozenset({"that", "which", "who"})

PREPOSITIONS = frozenset(
    {"in", "for", "on", "during", "since", "after", "before", "among", "per", "within", "between", "from", "at"}
)
BEFORE_ARTICLE = PREPOSITIONS | {"with", "have", "has", "is", "are", "of", "by", "as", "to", "than", "without", "and"}
"""Elsewhere "a" may be a value: hepatitis A, grade a."""

NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
}

SAME_IN_BOTH_NUMBERS = frozenset(
    {"news", "means", "series", "species", "always", "lens", "goods", "customs", "arms", "times", "glasses", "does"}
)

OF_THE_ASKER = frozenset({"i", "my", "mine", "myself"})
OF_BEFORE = frozenset({"those", "these", "again", "instead"})
"""What they mean stands in another question."""

QUOTES = frozenset({'""', "''", "\u201c\u201d", "\u2018\u2019"})
RANGE_SIGNS = frozenset({"-", "/", "\u2013"})

MONTHS = frozenset(
    {
        *("january", "february", "march", "april", "may", "june", "july"),
        *("august", "september", "october", "november", "december"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    }
)

ALWAYS_RELATIVE = frozenset(
    {"today", "yesterday", "tomorrow", "now", "current", "currently", "recent", "recently", "ago", "ytd", "mtd"}
)
RELATIVE_BEFORE_A_SPAN = frozenset({"last", "past", "previous", "next", "this", "coming", "trailing", "to"})
SPANS = frozenset(
    {
        *("day", "week", "month", "quarter", "year", "hour", "minute", "decade", "weekend", "season", "date"),
        *("fiscal", "calendar", "business", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"),
        *("sunday", "morning", "spring", "summer", "autumn", "winter"),
        *MONTHS,
    }
)

NEVER_A_VALUE = frozenset(
    {
        *("not", "no", "or", "and", "all", "any", "none", "never", "without", "except", "but", "only", "each", "every"),
        *("more", "less", "most", "least", "than", "over", "under", "above", "below", "before", "after", "between"),
        *("average", "total", "sum", "count", "maximum", "minimum", "number", "how", "many", "much"),
        *("year", "month", "week", "day", "quarter"),
        *(DROPPED | RELATIVES | PREPOSITIONS | ARTICLES | INTERROGATIVES | COMMANDS),
    }
)
"""Words that carry the question's form: they are no parameter even where the data holds them as a value."""
