"""What English itself contributes: function words, aggregates, comparisons, superlatives. Nothing about any data."""

from dataclasses import dataclass

from nl2sql.generation.composer.adjectives import ADJECTIVES

MAX_PHRASE_WORDS = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """A fixed phrase: its `tag` says what the grammar may do with it; `data` qualifies the tag."""

    tag: str
    data: str = ""


def _phrases(tag: str, listing: str, data: str = "") -> dict[tuple[str, ...], tuple[Phrase, ...]]:
    return {tuple(entry.split()): (Phrase(tag, data),) for entry in listing.split("|")}


_TABLE: dict[tuple[str, ...], tuple[Phrase, ...]] = {}


def _add(tag: str, listing: str, data: str = "") -> None:
    for words, phrases in _phrases(tag, listing, data).items():
        _TABLE[words] = _TABLE.get(words, ()) + phrases


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
_add("do", "do|does|did")
_add("have", "have|has|had|having|own|owns|owned|possess|possesses")
_add("there", "there")
_add(
    "det",
    "the|a|an|all|any|some|these|those|all the|all of the|each of the|every one of|any of the|this|both the",
)
_add("pron", "their|its|his|her|our|my|they|it|he|she|we|us|them|you|i|his or her|him|he or she|one|ones|theirs|your")
_add(
    "each",
    "each|every|per|for each|for every|in each|in every|of each|of every|from each|by each|on each|at each|"
    "to each|for each of the|of each of the|within each|each of|for each different|for each distinct|with each|"
    "under each|for each of|for different|"
    "for all different|across each|across different|for the different|of different",
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
_add("whose", "whose")
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
    "amount of|no of|num of|number of all|overall number of|the count of|number of total",
)
_add("count_lead", "count|count up")
_add("count_self", "number|count|amount of times|number of times|number of occurrences|the number|the count")
_add(
    "info",
    "information|info|details|detail|all information|all the information|all info|all the details|all details|"
    "everything|all the info|all data|all the data|all records|all columns|all attributes|all fields",
)
_add("star_of", "about|for|of|on|regarding")
_add("agg", "average|mean|avg|on average|the average|averaged", "avg")
_add("agg", "maximum|max|maximal|the maximum", "max")
_add("agg", "minimum|min|minimal|the minimum", "min")
_add(
    "agg",
    "total|sum|sum of|total sum of|sum total of|summed|combined|the total|overall|the sum of|altogether",
    "sum",
)
_add(
    "sup",
    "highest|largest|biggest|greatest|maximum|max|top|the highest|the largest|the biggest|the greatest|best|"
    "higher|the maximum|the top",
    "max",
)
_add("sup", "lowest|smallest|least|minimum|min|fewest|the lowest|the smallest|the minimum|worst|the least", "min")
_add(
    "most",
    "most|the most|largest number of|the largest number of|greatest number of|the greatest number of|"
    "highest number of|the highest number of|most number of|the most number of|biggest number of|the maximum number of|"
    "maximum number of|the biggest number of|largest amount of|the largest amount of|the highest amount of|"
    "highest total number of|the highest total number of|the highest count of|most numbers of|the most numbers of|"
    "the largest total number of|largest total number of|the most amount of",
    "max",
)
_add(
    "most",
    "fewest|the fewest|least|the least|least number of|the least number of|smallest number of|"
    "the smallest number of|fewest number of|the fewest number of|lowest number of|the lowest number of|"
    "the minimum number of|minimum number of|least amount of",
    "min",
)
_add(
    "common",
    "most common|the most common|most frequent|the most frequent|most popular|the most popular|most frequently used|"
    "most commonly used|most used|most widely used|the most used|most frequently|most often|most commonly|"
    "the most frequently used|the most commonly used|predominant|most prevalent|most frequently occurring",
    "max",
)
_add(
    "common",
    "least common|the least common|least frequent|least popular|the least popular|least used|"
    "least frequently used|least commonly used|rarest|the least frequent|the least used|least frequently",
    "min",
)
_add("recent", "most recent|the most recent|latest|the latest|newest|the newest|most recently|last|the last", "max")
_add("recent", "earliest|the earliest|oldest date|least recent|first|the first|least recently", "min")
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
    "or more|or above|or higher|or greater|and above|or over|or older|and over|and higher|or larger|or longer",
    ">=",
)
_add("cmp_after", "or less|or fewer|or below|or lower|and below|or under|or younger|or smaller|or shorter", "<=")
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
    "contain|contains|containing|include|includes|including|contain the word|contains the word|"
    "containing the word|contain the substring|contains the substring|containing the substring|include the word|"
    "includes the word|including the word|contain the letter|contains the letter|containing the letter|"
    "contain the phrase|contains the phrase|has the substring|have the substring|includes the substring|"
    "contained the word|containing the phrase|has the word|have the word|with the word|with the substring|"
    "containing substring|with substring|contain substring|contains substring|contain letter|contains letter|"
    "have substring|has substring|include substring|includes substring|including substring|contain word|"
    "contains word|containing word|containing letter|including the substring|with the letter|has the letter|"
    "contain the string|contains the string|containing the string|have the letter",
    "contains",
)
_add(
    "named",
    "named|called|titled|with name|with the name|with title|with the title|whose name is|entitled|by the name of|"
    "that is called|that is named|which is called|which is named|that are called|that are named|known as|of the name",
)
_add(
    "order",
    "ordered by|sorted by|sort by|order by|ordering by|sort them by|order them by|in order of|in the order of|"
    "arranged by|ranked by|listed by|sorted in order of|ordered in terms of|in order by|order the results by|"
    "sort the results by|ordered in order of|sorted on|sort the result by|order the result by|listed in order of|"
    "sort results by|order results by|sorted according to|sort the list by|order the list by|sorting by|"
    "sorted by the|and sort by|sort it by|order it by|rank them by|sorted by their|sorted alphabetically by|"
    "ordered alphabetically by|order them alphabetically by",
)
_add("order_head", "sort|order|rank|arrange")
_add(
    "direction",
    "ascending|in ascending order|in an ascending order|in increasing order|increasing|asc|ascendingly|"
    "from low to high|from lowest to highest|from least to most|from smallest to largest|from small to large|"
    "in ascending|ascending order|increasing order|from oldest to newest|from earliest to latest|"
    "from fewest to most|from shortest to longest|in the ascending order|ordered from lowest to highest|"
    "lowest to highest|from the lowest to the highest|in chronological order|chronologically|in order|"
    "from least to greatest|from youngest to oldest number",
    "asc",
)
_add(
    "direction",
    "descending|in descending order|in a descending order|in decreasing order|decreasing|desc|descendingly|"
    "from high to low|from highest to lowest|from most to least|from largest to smallest|from large to small|"
    "in descending|descending order|decreasing order|from newest to oldest|from latest to earliest|"
    "in reverse order|in the descending order|ordered from highest to lowest|highest to lowest|from greatest to least|"
    "from the highest to the lowest|from longest to shortest|from the most to the least|"
    "in reverse chronological order|in reverse alphabetical order|reverse alphabetically|"
    "in reversed alphabetical order|in reverse lexicographical order|in descending alphabetical order|"
    "in descending lexicographical order|starting with the most recent|most recent first",
    "desc",
)
_add(
    "alpha",
    "in alphabetical order|alphabetically|in ascending alphabetical order|in alphabetic order|"
    "in lexicographical order|in lexicographic order|in ascending lexicographical order|alphabetical order|"
    "in the alphabetical order|in an alphabetical order|in alphabetical ascending order|"
    "in alphabetical order ascending|sorted in alphabetical order|ordered alphabetically|sorted alphabetically|"
    "listed in alphabetical order|ordered in alphabetical order|sorted in lexicographical order|"
    "order them alphabetically|sorted in ascending alphabetical order|ordered in lexicographical order|"
    "listed alphabetically|in ascending lexicographic order|sorted in the alphabetical order",
)
_add(
    "sorted", "sorted|ordered|listed|arranged|sort|order|sort them|order them|ranked|sort the results|order the results"
)
_add("top", "top|the top|first|the first|best|bottom top", "max")
_add("top", "bottom|the bottom", "min")
_add(
    "noise",
    "in total|please|at least once|in the database|in the system|on record|in our records|overall|respectively|"
    "altogether|corresponding|respective|the corresponding|in the record|in the records|recorded|at all|too|"
    "in the dataset|in this database|in our database|currently totally|existing|exist|exists|"
    "registered in the database|in the table|as well|in all|in the data|we have|do we have|are there|is there|"
    "do you have|were there|in our system|available|in the list|to date|the following|following|"
    "do they have|does it have|do they each have|does each have|does each one have|are in|is in|own",
)
_add(
    "verb",
    "made|make|makes|making|place|placed|places|belong to|belongs to|belong|belongs|live in|lives in|live|lives|"
    "living in|come from|comes from|coming from|came from|come|located in|located|located at|locate|involved in|"
    "involve|involves|involved|associated with|associated|related to|related|relate to|appear in|appears in|"
    "appeared in|use|uses|used|used by|using|take|takes|took|taken|taking|"
    "hold|holds|held|offered|offer|offers|offered by|serve|serves|work in|works in|work for|works for|"
    "working in|working for|worked in|work at|works at|worked for|work|works|worked|play for|plays for|participate in|"
    "participates in|participated in|participating in|participate|participated|attend|attends|attended|attending|"
    "enrolled in|enroll in|enrolls in|stored|kept|owned by|managed by|manage|manages|managed|"
    "used in|used for|done by|done|go to|goes to|going to|in charge of|responsible for|assigned to|assigned|"
    "made by|given by|taken by|attended by|hired by|hired|hire|hires|visited|visit|visits|bought|buy|buys|purchased|"
    "purchase|purchases|sold by|sold|sell|sells|sold in|produced by|produced|produce|produces|directed by|"
    "directed|written by|wrote|written|write|writes|published by|publish|"
    "received|receive|receives|won|win|wins|acted in|lived in|exists in|fall under|fall into|falls into|"
    "correspond to|corresponds to|corresponding to|correspond|come with|run by|run|runs|operated by|operate|operates|"
    "made in|present in|listed in|registered|found in|based in|can be found in|situated in|headquartered in|"
    "get|got|obtained|obtain|earned|earn|earns|achieved|shared by|share|composed of|affiliated with|provided|"
    "provided by|supplied by|supplies|supply|supplied|ordered|"
    "requested|submitted|filed|raised|handled|handled by|"
    "posted|created|issued|assigned with|stay in|stays in|stayed in|play|plays|played|played in|played for|"
    "performed|perform|performs|performed by|joined|join|joins|hosted|host|hosts|hosted by|booked|book|"
    "reported|report|given to|sent to|sent|received by|lives|reside in|resides in|residing in|"
    "taught by|teach|teaches|taught|study|studies|studied|rated|reviewed|reviewed by|sponsored by|"
    "covered by|cover|covers|recorded in|occurred in|occur in|took place in|take place in|occurred|happened|"
    "who had|that had|stationed in|treated|treat|treats|prescribed|prescribe|prescribes|mentioned in|mentioned|"
    "carry|carries|carried|shown in|shown|cite|cited|"
    "paid by|paid with|paid in|paid via|paid for|pay by|pay with|recruit|recruits|recruited|employ|employs|employed|employed by|employed in|scored|"
    "linked to|linked with|linked|connected to|tied to|placed by|made up of|attached to",
)


def phrases_at(words: tuple[str, ...]) -> tuple[Phrase, ...]:
    """The phrases spelled exactly by `words` (folded)."""
    return _TABLE.get(words, ())


_FUNCTION_TAGS = {"be", "do", "have", "det", "pron", "prep", "of", "by", "with", "rel", "and", "or", "not", "no", "than"}
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
    _add("adj", f"{_form}|the {_form}")
