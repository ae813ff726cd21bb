-- a comma is a join without a condition
SELECT o.id FROM orders o, customers c WHERE c.id = o.customer_id
-- =>
SELECT "o"."id" FROM "main"."orders" AS "o" CROSS JOIN "main"."customers" AS "c" WHERE "c"."id" = "o"."customer_id" LIMIT 101

-- NUMERIC keeps integers whole
SELECT CAST('5' AS NUMERIC)
-- =>
SELECT CAST('5' AS NUMERIC) LIMIT 101

-- an alias in WHERE becomes its expression
SELECT lower(status) AS s FROM orders WHERE s = 'paid'
-- =>
SELECT lower("orders"."status") AS "s" FROM "main"."orders" AS "orders" WHERE lower("orders"."status") = 'paid' LIMIT 101

-- USING columns of a star stay where they first stand
SELECT * FROM products JOIN (SELECT id FROM orders) o USING (id)
-- =>
SELECT "products"."id", "products"."name", "products"."category", "products"."price" FROM "main"."products" AS "products" JOIN (SELECT "orders"."id" FROM "main"."orders" AS "orders") AS "o" ON "products"."id" = "o"."id" LIMIT 101

-- an output name in an expression of ORDER BY is replaced by what it stands for
SELECT id AS email FROM customers ORDER BY email || ''
-- =>
SELECT "customers"."id" AS "email" FROM "main"."customers" AS "customers" ORDER BY "customers"."id" || '' LIMIT 101
