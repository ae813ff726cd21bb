"""Which columns sound as if they held personal data: their values are kept only where somebody said so. Pure."""

from schema_index.words import identifier_words

_WORDS = frozenset(
    {
        *("email", "mail", "phone", "telephone", "mobile", "fax", "ssn", "passport", "iban", "birthday", "birthdate"),
        *("dob", "surname", "firstname", "lastname", "fullname", "username", "login", "password", "passwd", "secret"),
        *("token", "salt", "signature", "address", "street", "postcode", "zip", "zipcode", "ip", "religion"),
        *("ethnicity", "diagnosis", "salary"),
    }
)
_PHRASES = (
    *("first name", "last name", "middle name", "family name", "given name", "full name", "maiden name", "user name"),
    *("birth date", "date of birth", "e mail", "postal code", "api key", "credit card", "card number"),
    *("account number", "tax id", "tax number", "social security", "national id", "license plate", "driver license"),
)
"""English names, as most schemas have them. A column in another language, or called `name`, is for a person to list."""


def sounds_personal(column: str) -> bool:
    words = identifier_words(column)
    plain = {word.removesuffix("s") for word in words.split()} | set(words.split())
    return not _WORDS.isdisjoint(plain) or any(f" {phrase} " in f" {words} " for phrase in _PHRASES)
