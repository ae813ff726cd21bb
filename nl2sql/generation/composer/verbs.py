"""What is done: verbs that only join what they stand between, and where deeds are kept."""

VERBS = (
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
    "paid by|paid with|paid in|paid via|paid for|pay by|pay with|"
    "recruit|recruits|recruited|employ|employs|employed|employed by|employed in|scored|"
    "linked to|linked with|linked|connected to|tied to|placed by|made up of|attached to"
)

DEEDS: dict[str, tuple[str, ...]] = {
    "sold": ("sale", "order"), "bought": ("purchase", "order", "sale"), "purchased": ("purchase", "order"),
    "paid": ("payment",), "delivered": ("delivery",), "spent": ("payment", "expense"),
}  # fmt: skip
"""Deeds, and what the tables that keep them are called, where that is not the same word."""
