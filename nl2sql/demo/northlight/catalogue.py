"""What Northlight sells and to whom: plans, features, invented companies and people."""

from typing import NamedTuple


class Plan(NamedTuple):
    """Prices in whole US dollars for a seat and month, billed monthly and yearly."""

    name: str
    monthly_price: int
    yearly_price: int
    minimum_seats: int
    feature_count: int
    share: float


PLANS = (
    Plan("Starter", 15, 12, 1, 6, 0.38),
    Plan("Team", 29, 24, 5, 10, 0.34),
    Plan("Business", 49, 41, 15, 14, 0.20),
    Plan("Enterprise", 79, 66, 50, 16, 0.08),
)
"""Cheapest first: an upgrade goes one plan further, and a plan holds the first `feature_count` of FEATURES."""

FEATURES = (
    ("Boards", "Planning"),
    ("Comments", "Collaboration"),
    ("File Sharing", "Collaboration"),
    ("Calendar", "Planning"),
    ("Mobile App", "Access"),
    ("Search", "Access"),
    ("Timelines", "Planning"),
    ("Automations", "Automation"),
    ("Guest Access", "Access"),
    ("Forms", "Collaboration"),
    ("Dashboards", "Reporting"),
    ("Data Export", "Reporting"),
    ("Time Tracking", "Planning"),
    ("Public API", "Automation"),
    ("Single Sign-On", "Access"),
    ("Audit Log", "Reporting"),
)
"""Name and product area."""

LATE_FEATURES = {"Automations": 5, "Forms": 9, "Time Tracking": 14, "Dashboards": 2}
"""Features released within the period, and the month in which; the others are older."""

CHURN_REASONS = (
    ("Too expensive", True),
    ("Missing feature", True),
    ("Moved to a competitor", True),
    ("Poor support", True),
    ("Project ended", False),
    ("Company closed", False),
    ("Trial not converted", False),
)
"""Name, and whether Northlight could have avoided it. The last is for trials only."""

INDUSTRIES = (
    "Construction",
    "Consulting",
    "Education",
    "Healthcare",
    "Logistics",
    "Manufacturing",
    "Media",
    "Nonprofit",
    "Retail",
    "Software",
)
COUNTRIES = ("United States", "Canada", "United Kingdom", "Germany", "Sweden", "Australia", "Japan", "Brazil")
COUNTRY_SHARES = (0.42, 0.11, 0.14, 0.10, 0.06, 0.08, 0.05, 0.04)
ACQUISITION_CHANNELS = ("Organic search", "Paid search", "Referral", "Partner", "Conference")
JOB_TITLES = ("Project Manager", "Operations Lead", "Engineer", "Office Manager", "Founder", "Finance Manager")
TEAMS = ("Onboarding", "Technical", "Billing")

COMPANY_WORDS = (
    "Alder Basalt Cedar Delta Ember Falcon Granite Harbor Indigo Juniper Keystone Lantern Maple Nimbus Orchard "
    "Pinnacle Quarry Ridge Summit Tundra Umber Vertex Willow Yarrow Zephyr"
)
COMPANY_KINDS = "Analytics Builders Clinics Foods Foundation Freight Labs Learning Media Outfitters Partners Studios"

FIRST_NAMES = (
    "Abigail Amara Andre Bianca Carlos Chloe Daniel Dmitri Elise Ethan Farah Gabriel Grace Haruto Imani Isaac Jasmine "
    "Kenji Laura Lucas Mei Miguel Nora Omar Patricia Quinn Ravi Sakura Samuel Tessa Victor Wendy Xavier Yuki Zara"
)
LAST_NAMES = (
    "Abbott Andersson Barros Bennett Chen Costa Davies Edwards Fraser Gupta Hall Hughes Ishikawa Jackson Kaur Larsen "
    "Lindqvist MacLeod Mori Nguyen Okafor Park Patel Reid Santos Sato Singh Tanaka Thompson Turner Vargas Walker Wright"
)

TICKET_SUBJECTS = (
    "Cannot sign in",
    "Question about my invoice",
    "Board loads slowly",
    "Import from a spreadsheet fails",
    "How do I add seats?",
    "Notification emails arrive late",
    "Feature request",
    "Sync with the calendar stopped",
    "Export is missing columns",
    "Change of billing address",
)
CUSTOMER_MESSAGES = (
    "This started this morning. Can you help?",
    "It works for my colleague but not for me.",
    "Thank you, I will try that.",
    "It happened again just now.",
    "That solved it, thanks!",
)
AGENT_MESSAGES = (
    "Thanks for writing in. I am looking into it.",
    "Could you tell me which browser you use?",
    "I have passed this on to the engineers.",
    "This should be fixed now. Can you confirm?",
    "You will find the setting under Workspace, then Members.",
)
