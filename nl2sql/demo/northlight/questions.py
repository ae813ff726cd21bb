"""Questions to show Northlight with: some that need no language model, some that do."""

WITHOUT_MODEL: tuple[str, ...] = (
    "How many accounts are there in each industry?",
    "How many active subscriptions are there for each plan?",
    "How many invoices were issued last month?",
    "How many failed payments were there last month?",
    "How many usage events were there last month?",
    "How many usage events are there for each feature?",
    "What is the average satisfaction rating of each support agent?",
    "How many open support tickets are there?",
    "How many accounts are in Germany?",
    "How many invoices are unpaid?",
    "List the names of features in the product area Reporting",
    "List the name and country of accounts in the industry Healthcare",
)
"""Every word is a table, column, stored value, aggregate or span of time."""

WITH_MODEL: tuple[str, ...] = (
    "What is our MRR, and how did it grow over the last twelve months?",
    "What was the monthly churn rate in the last fiscal year?",
    "Which avoidable reason costs us the most recurring revenue?",
    "What share of trials was converted last quarter?",
    "How long does a customer wait for the first response, by priority?",
    "Which features are hardly used on the plans that include them?",
    "Which invoices are overdue, and who is the billing contact?",
)
"""These lean on the definitions in the FAQ and documents, or on more than one step."""
