"""Questions and their whole statements."""

import pytest

from tests.unit.composer.schemas import retail, school, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        # count and list
        ("How many orders are there?", "SELECT COUNT(*) FROM orders"),
        ("Count the number of stores.", "SELECT COUNT(*) FROM stores"),
        ("How many different cities do customers live in?", "SELECT COUNT(DISTINCT customers.city) FROM customers"),
        ("How many open stores are there?", "SELECT COUNT(*) FROM stores WHERE stores.is_open = TRUE"),
        ("List the names of all stores.", "SELECT stores.name FROM stores"),
        (
            "Show the first name, last name and city of every customer.",
            "SELECT customers.first_name, customers.last_name, customers.city FROM customers",
        ),
        (
            "What are the names and unit prices of the products?",
            "SELECT products.name, products.unit_price FROM products",
        ),
        ("List all distinct categories of products.", "SELECT DISTINCT products.category FROM products"),
        ("List everything about products.", "SELECT products.* FROM products"),
        (
            "Show the name of the store and the salary of each staff",
            "SELECT stores.name, staff.salary FROM stores JOIN hr.staff ON stores.id = staff.store_id",
        ),
        # measure, and measure for each
        ("What is the average salary of staff?", "SELECT AVG(staff.salary) FROM hr.staff"),
        (
            "What are the minimum, maximum and average unit price of products?",
            "SELECT MIN(products.unit_price), MAX(products.unit_price), AVG(products.unit_price) FROM products",
        ),
        (
            "average rating per product",
            "SELECT products.name, AVG(reviews.rating) FROM reviews JOIN products ON reviews.product_id = "
            "products.id GROUP BY products.id, products.name",
        ),
        (
            "How many orders does each store have?",
            "SELECT stores.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY "
            "stores.id, stores.name",
        ),
        (
            "number of orders by region",
            "SELECT regions.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id JOIN "
            "regions ON stores.region_id = regions.id GROUP BY regions.id, regions.name",
        ),
        (
            "total amount by store",
            "SELECT stores.name, SUM(orders.total_amount) FROM orders JOIN stores ON orders.store_id = "
            "stores.id GROUP BY stores.id, stores.name",
        ),
        (
            "total quantity sold per product",
            "SELECT products.name, SUM(order_items.quantity) FROM order_items JOIN products ON "
            "order_items.product_id = products.id GROUP BY products.id, products.name",
        ),
        (
            "Which stores have more than 2 orders?",
            "SELECT stores.name FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY stores.id, "
            "stores.name HAVING COUNT(*) > 2",
        ),
        # restrict
        ("Which stores are in Berlin?", "SELECT stores.name FROM stores WHERE stores.city = 'Berlin'"),
        ("How many orders were cancelled?", "SELECT COUNT(*) FROM orders WHERE orders.status = 'cancelled'"),
        (
            "List the names of products with a unit price above 5.",
            "SELECT products.name FROM products WHERE products.unit_price > 5",
        ),
        (
            "List the names of products whose unit price is between 2 and 4.",
            "SELECT products.name FROM products WHERE products.unit_price >= 2 AND products.unit_price <= 4",
        ),
        (
            'Show the names of stores whose name starts with "Old".',
            "SELECT stores.name FROM stores WHERE stores.name ILIKE 'Old%'",
        ),
        (
            "Show the names of products whose category is Tea or Coffee.",
            "SELECT products.name FROM products WHERE (products.category = 'Tea' OR products.category = 'Coffee')",
        ),
        (
            "Show the names of products whose category is not Tea.",
            "SELECT products.name FROM products WHERE products.category <> 'Tea'",
        ),
        (
            "What is the average rating of Tea products?",
            "SELECT AVG(reviews.rating) FROM reviews JOIN products ON reviews.product_id = products.id WHERE "
            "products.category = 'Tea'",
        ),
        # time, asked on 15 March 2026
        (
            "How many orders were placed last month?",
            "SELECT COUNT(*) FROM orders WHERE orders.ordered_at >= '2026-02-01' AND orders.ordered_at < '2026-03-01'",
        ),
        (
            "How many orders were placed in the last 30 days?",
            "SELECT COUNT(*) FROM orders WHERE orders.ordered_at >= '2026-02-13' AND orders.ordered_at < '2026-03-16'",
        ),
        (
            "How many orders were shipped in January 2026?",
            "SELECT COUNT(*) FROM orders WHERE orders.shipped_at >= '2026-01-01' AND orders.shipped_at < '2026-02-01'",
        ),
        ("Which stores opened before 2020?", "SELECT stores.name FROM stores WHERE stores.opened_on < '2020-01-01'"),
        (
            "How many customers joined since March 2025?",
            "SELECT COUNT(*) FROM customers WHERE customers.joined_on >= '2025-03-01'",
        ),
        (
            "How many orders were placed per month?",
            "SELECT CAST(DATE_TRUNC('MONTH', orders.ordered_at) AS DATE), COUNT(*) FROM orders GROUP BY "
            "CAST(DATE_TRUNC('MONTH', orders.ordered_at) AS DATE) ORDER BY CAST(DATE_TRUNC('MONTH', "
            "orders.ordered_at) AS DATE) ASC",
        ),
        (
            "Show the number of reviews per product this year",
            "SELECT products.name, COUNT(*) FROM reviews JOIN products ON reviews.product_id = products.id "
            "WHERE reviews.reviewed_on >= '2026-01-01' AND reviews.reviewed_on < '2027-01-01' GROUP BY "
            "products.id, products.name",
        ),
        # the greatest, the first and the sorted
        (
            "Top 5 products by quantity sold",
            "SELECT products.name, SUM(order_items.quantity) FROM order_items JOIN products "
            "ON order_items.product_id = products.id GROUP BY products.id, products.name "
            "ORDER BY SUM(order_items.quantity) DESC NULLS LAST LIMIT 5",
        ),
        (
            "Bottom 3 products by unit price",
            "SELECT products.name, products.unit_price FROM products ORDER BY products.unit_price ASC LIMIT 3",
        ),
        (
            "Which store has the most orders?",
            "SELECT stores.name FROM orders JOIN stores ON orders.store_id = stores.id GROUP BY stores.id, "
            "stores.name ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Which product has the highest unit price?",
            "SELECT products.name FROM products ORDER BY products.unit_price DESC NULLS LAST LIMIT 1",
        ),
        (
            "What are the 3 most expensive products?",
            "SELECT products.name, products.unit_price FROM products "
            "ORDER BY products.unit_price DESC NULLS LAST LIMIT 3",
        ),
        (
            "What is the most common status of orders?",
            "SELECT orders.status FROM orders GROUP BY orders.status ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Which product has the highest average rating?",
            "SELECT products.name FROM reviews JOIN products ON reviews.product_id = products.id GROUP BY "
            "products.id, products.name ORDER BY AVG(reviews.rating) DESC NULLS LAST LIMIT 1",
        ),
        (
            "List the names of products sorted by unit price in descending order.",
            "SELECT products.name FROM products ORDER BY products.unit_price DESC NULLS LAST",
        ),
        ("List the names of stores in alphabetical order.", "SELECT stores.name FROM stores ORDER BY stores.name ASC"),
        # in other words
        (
            "Which stores don't have orders?",
            "SELECT stores.name FROM stores WHERE NOT EXISTS(SELECT 1 FROM orders WHERE orders.store_id = stores.id)",
        ),
        (
            "Which products have never been ordered?",
            "SELECT products.name FROM products WHERE NOT EXISTS(SELECT 1 FROM order_items "
            "JOIN orders ON order_items.order_id = orders.id WHERE order_items.product_id = products.id)",
        ),
        (
            "List the names of products that contain 'latte'",
            "SELECT products.name FROM products WHERE products.name ILIKE '%latte%'",
        ),
        (
            "How many products have 'latte' in their names?",
            "SELECT COUNT(*) FROM products WHERE products.name ILIKE '%latte%'",
        ),
        (
            "Which stores were opened in 2024 or later?",
            "SELECT stores.name FROM stores WHERE stores.opened_on >= '2024-01-01'",
        ),
        (
            "How many orders are there per store? Order the stores by decreasing number of orders.",
            "SELECT stores.name, COUNT(*) FROM orders JOIN stores ON orders.store_id = stores.id "
            "GROUP BY stores.id, stores.name ORDER BY COUNT(*) DESC NULLS LAST",
        ),
        (
            "Which products have Tea as their category?",
            "SELECT products.name FROM products WHERE products.category = 'Tea'",
        ),
        ("What is Old Mill's city?", "SELECT DISTINCT stores.city FROM stores WHERE stores.name = 'Old Mill'"),
        (
            "Which cities of customers have more than 3 records?",
            "SELECT customers.city FROM customers GROUP BY customers.city HAVING COUNT(*) > 3",
        ),
        (
            "List the names of products with unit price above 6 or smaller than 4.",
            "SELECT products.name FROM products WHERE (products.unit_price > 6 OR products.unit_price < 4)",
        ),
        (
            "Show the name of every product that has at least a unit price of 4",
            "SELECT products.name FROM products WHERE products.unit_price >= 4",
        ),
        # what is there or missing
        (
            "Customers without orders",
            "SELECT customers.first_name, customers.last_name FROM customers WHERE NOT EXISTS(SELECT 1 FROM "
            "orders WHERE orders.customer_id = customers.id)",
        ),
        (
            "Which customers have no orders in 2025?",
            "SELECT customers.first_name, customers.last_name FROM customers WHERE NOT EXISTS(SELECT 1 FROM "
            "orders WHERE orders.customer_id = customers.id AND (orders.ordered_at >= '2025-01-01' AND "
            "orders.ordered_at < '2026-01-01'))",
        ),
        (
            "How many customers placed an order in 2025?",
            "SELECT COUNT(*) FROM customers WHERE EXISTS(SELECT 1 FROM orders WHERE orders.customer_id = "
            "customers.id AND (orders.ordered_at >= '2025-01-01' AND orders.ordered_at < '2026-01-01'))",
        ),
        # both need not be one row
        (
            "Which stores have orders with the status both paid and cancelled?",
            "SELECT stores.name FROM stores WHERE (EXISTS(SELECT 1 FROM orders WHERE orders.store_id = stores.id) "
            "AND EXISTS(SELECT 1 FROM orders AS orders_2 WHERE orders_2.store_id = stores.id "
            "AND orders_2.status = 'paid')) AND EXISTS(SELECT 1 FROM orders AS orders_3 "
            "WHERE orders_3.store_id = stores.id AND orders_3.status = 'cancelled')",
        ),
        (
            "Show the categories that have both products with unit price above 9 and products with unit price below 3",
            "SELECT DISTINCT products.category FROM products WHERE products.unit_price > 9 AND products.category IN "
            "(SELECT products_2.category FROM products AS products_2 WHERE products_2.unit_price < 3)",
        ),
    ],
)
def test_retail(question: str, sql: str) -> None:
    assert sql_of(question, retail()) == sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Who is the oldest student?", "SELECT student.name FROM student ORDER BY student.age DESC NULLS LAST LIMIT 1"),
        ("List the names of students older than 20.", "SELECT student.name FROM student WHERE student.age > 20"),
        (
            "Which students have pets?",
            "SELECT student.name FROM student WHERE EXISTS(SELECT 1 FROM pet WHERE pet.owner_id = student.id)",
        ),
        (
            "List the names of students who do not have pets.",
            "SELECT student.name FROM student WHERE NOT EXISTS(SELECT 1 FROM pet WHERE pet.owner_id = student.id)",
        ),
        (
            "How many courses does each student take?",
            "SELECT student.name, COUNT(*) FROM course JOIN enrolment ON course.id = enrolment.course_id "
            "JOIN student ON enrolment.student_id = student.id GROUP BY student.id, student.name",
        ),
        (
            "List the titles of courses with at least 3 credits, sorted by title.",
            "SELECT course.title FROM course WHERE course.credits >= 3 ORDER BY course.title ASC",
        ),
        (
            "Show the names of students from Lima or Oslo.",
            "SELECT student.name FROM student WHERE (student.home_city = 'Lima' OR student.home_city = 'Oslo')",
        ),
        (
            "Find the names of students who take the course Logic.",
            "SELECT student.name FROM student WHERE EXISTS(SELECT 1 FROM enrolment JOIN course ON "
            "enrolment.course_id = course.id WHERE enrolment.student_id = student.id AND course.title = "
            "'Logic')",
        ),
        ('Find the weight of the pet named "Rex".', "SELECT pet.weight_kg FROM pet WHERE pet.name = 'Rex'"),
        (
            "What is the name of the student with the lowest gpa?",
            "SELECT student.name FROM student ORDER BY student.gpa ASC LIMIT 1",
        ),
        (
            "Show each major and the number of students.",
            "SELECT student.major, COUNT(*) FROM student GROUP BY student.major",
        ),
        (
            "For each major, what is the average gpa of students?",
            "SELECT student.major, AVG(student.gpa) FROM student GROUP BY student.major",
        ),
    ],
)
def test_school(question: str, sql: str) -> None:
    assert sql_of(question, school()) == sql
