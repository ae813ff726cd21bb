"""Other words for the same thing, as English and the habits of naming columns have them."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "gender": ("sex",), "sex": ("gender",), "cost": ("price",), "price": ("cost",), "wage": ("salary",),
    "pay": ("salary",), "salary": ("wage",), "surname": ("last name",), "forename": ("first name",),
    "family name": ("last name",), "given name": ("first name",), "phone number": ("phone", "telephone", "phone no"),
    "phone": ("phone number", "telephone"), "telephone": ("phone",), "telephone number": ("phone",),
    "email address": ("email",), "email": ("email address", "e mail"),
    "birthday": ("date of birth", "birth date"),
    "birth date": ("date of birth", "birthday"), "date of birth": ("birthday", "birth date", "dob"),
    "headquarter": ("headquarters",), "job title": ("job",), "zip": ("zip code", "postal code", "postcode"),
    "zip code": ("postal code", "postcode", "zip"), "postal code": ("zip code", "postcode", "zip"),
    "postcode": ("zip code", "postal code"), "author": ("writer",), "writer": ("author",), "film": ("movie",),
    "movie": ("film",), "shop": ("store",), "store": ("shop",), "town": ("city",), "city": ("town",),
    "client": ("customer",), "percentage": ("percent", "rate"), "percent": ("percentage",), "elevation": ("altitude",),
    "altitude": ("elevation",), "nation": ("country",), "state": ("province",), "kind": ("type",), "type": ("kind",),
    "worker": ("employee",), "doctor": ("physician",), "physician": ("doctor",), "car": ("vehicle",),
    "revenue": ("sale",),
    "start date": ("date from", "from date", "start"), "end date": ("date to", "to date", "end"),
    "identifier": ("id",), "ids": ("id",), "colour": ("color",), "color": ("colour",), "maker": ("manufacturer",),
    "manufacturer": ("maker",),
    "description": ("detail",), "detail": ("description",), "organisation": ("organization",),
}  # fmt: skip

ABBREVIATIONS: dict[str, str] = {
    "fname": "first name", "lname": "last name", "firstname": "first name", "lastname": "last name",
    "mname": "middle name", "dob": "date of birth", "qty": "quantity", "num": "number", "no": "number",
    "nbr": "number", "amt": "amount", "desc": "description", "addr": "address", "tel": "telephone",
    "dept": "department",
    "emp": "employee", "cust": "customer", "prod": "product", "cat": "category", "avg": "average", "dt": "date",
    "yr": "year", "loc": "location", "pos": "position", "sal": "salary", "pwd": "password", "mgr": "manager",
    "govt": "government", "acct": "account", "trans": "transaction", "tx": "transaction", "txn": "transaction",
    "ccy": "currency", "lat": "latitude", "lng": "longitude", "lon": "longitude", "long": "longitude", "ph": "phone",
    "org": "organization", "pct": "percentage", "perc": "percentage", "temp": "temperature", "src": "source",
    "dst": "destination", "dest": "destination", "cnt": "count", "ref": "reference", "reg": "registration",
    "mfr": "manufacturer", "ins": "insurance", "tot": "total", "postalcode": "postal code", "zipcode": "zip code",
    "openning": "opening", "max": "maximum", "min": "minimum", 
}  # fmt: skip

MAKES = {"tbl", "dim", "fact", "ref", "reference", "tb", "lkp", "lookup", "vw"}
"""Words before a table's name that say what sort of table it is, not what it holds."""

CODE_ENDINGS = {"code", "cd"}
UNIT_WORDS = {
    "in", "million", "billion", "thousand", "usd", "eur", "dollar", "kg", "cm", "m", "km", "lb", "lbs", "mm",
    "metric", "tonne", "ft", "inch", "mile", "minute", "second", "hour", "percent", "pct", "mph",
}  # fmt: skip
