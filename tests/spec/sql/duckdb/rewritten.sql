-- FROM first becomes an ordinary query
FROM products
-- =>
SELECT "products"."id", "products"."name", "products"."category", "products"."price" FROM "main"."products" AS "products" LIMIT 101

-- its joins stand beside it
FROM orders JOIN customers ON customers.id = orders.customer_id SELECT customers.name, orders.id
-- =>
SELECT "customers"."name", "orders"."id" FROM "main"."orders" AS "orders" JOIN "main"."customers" AS "customers" ON "customers"."id" = "orders"."customer_id" LIMIT 101

-- an alias in QUALIFY becomes its expression
SELECT id, row_number() OVER (ORDER BY id) AS rn FROM orders QUALIFY rn = 1
-- =>
SELECT "orders"."id", row_number() OVER (ORDER BY "orders"."id") AS "rn" FROM "main"."orders" AS "orders" QUALIFY (row_number() OVER (ORDER BY "orders"."id")) = 1 LIMIT 101

-- a percentage has no number, so the limit goes outside
SELECT id FROM orders LIMIT 10%
-- =>
SELECT "rows"."id" FROM (SELECT "orders"."id" FROM "main"."orders" AS "orders" LIMIT 10 PERCENT) AS "rows" LIMIT 101

-- WITHIN GROUP keeps its form
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
-- =>
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY "orders"."total") FROM "main"."orders" AS "orders" LIMIT 101

-- an element of what is called list
SELECT list(name ORDER BY price)[1:3] FROM products
-- =>
SELECT (list("products"."name" ORDER BY "products"."price"))[1:3] FROM "main"."products" AS "products" LIMIT 101
