"""Questions to show Bean There with: some that need no language model, some that do."""

WITHOUT_MODEL: tuple[str, ...] = (
    "How many orders were placed last month?",
    "How many customers are there in each city?",
    "What is the average rating of each product?",
    "How many cancelled orders were there last month?",
    "What is the total net revenue last month?",
    "How many orders were placed in each channel?",
    "How many stores are there in each region?",
    "List the names of products in the category Bakery",
    "What is the average unit price of products in each category?",
    "What is the average hourly wage of each job title?",
    "How many deliveries are there for each supplier?",
    "How many deliveries are in transit?",
    "How many customers registered last month?",
    "Which stores are in Paris?",
)
"""Every word is a table, column, stored value, aggregate or span of time."""

WITH_MODEL: tuple[str, ...] = (
    "What was the net revenue by region in the last fiscal year?",
    "How many active customers do we have, and how many have lapsed?",
    "Which stores missed their revenue target last month, and by how much?",
    "How did like-for-like revenue change from last year to this year, month by month?",
    "What share of deliveries came late for each supplier?",
    "Which product has the best margin over its ingredients?",
    "What is the labour cost as a share of net revenue in each store last month?",
    "Do customers who use the app come back more often than the others?",
)
"""These lean on the definitions in the FAQ and documents, or on more than one step."""
