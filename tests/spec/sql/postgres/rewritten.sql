-- every name quoted and qualified, a limit added
SELECT ID, Total FROM Orders WHERE status = 'paid'
-- =>
SELECT "orders"."id", "orders"."total" FROM "public"."orders" AS "orders" WHERE "orders"."status" = 'paid' LIMIT 101

-- a smaller limit stays
SELECT id FROM orders LIMIT 5
-- =>
SELECT "orders"."id" FROM "public"."orders" AS "orders" LIMIT 5

-- a larger one is lowered
SELECT id FROM orders LIMIT 5000
-- =>
SELECT "orders"."id" FROM "public"."orders" AS "orders" LIMIT 101

-- FETCH is a limit
SELECT id FROM orders FETCH FIRST 3 ROWS ONLY
-- =>
SELECT "orders"."id" FROM "public"."orders" AS "orders" FETCH FIRST 3 ROWS ONLY

-- ties have no number, so the limit goes outside
SELECT id FROM orders ORDER BY total FETCH FIRST 3 ROWS WITH TIES
-- =>
SELECT "rows"."id" FROM (SELECT "orders"."id" FROM "public"."orders" AS "orders" ORDER BY "orders"."total" FETCH FIRST 3 ROWS WITH TIES) AS "rows" LIMIT 101

-- a star becomes the visible columns
SELECT * FROM customers
-- =>
SELECT "customers"."id", "customers"."name", "customers"."city", "customers"."created_at" FROM "public"."customers" AS "customers" LIMIT 101

-- USING becomes ON, and the merged column is the left one
SELECT id, quantity FROM order_items JOIN orders USING (id)
-- =>
SELECT "order_items"."id", "order_items"."quantity" FROM "public"."order_items" AS "order_items" JOIN "public"."orders" AS "orders" ON "order_items"."id" = "orders"."id" LIMIT 101

-- in a full join it is the first that is there
SELECT id FROM order_items FULL JOIN orders USING (id)
-- =>
SELECT COALESCE("order_items"."id", "orders"."id") AS "id" FROM "public"."order_items" AS "order_items" FULL JOIN "public"."orders" AS "orders" ON "order_items"."id" = "orders"."id" LIMIT 101

-- an alias in GROUP BY becomes its position, so that no hidden column can take its place
SELECT lower(city) AS place, count(*) FROM customers GROUP BY place
-- =>
SELECT lower("customers"."city") AS "place", count(*) FROM "public"."customers" AS "customers" GROUP BY 1 LIMIT 101

-- a derived table's row is written as a star of it
SELECT to_jsonb(q) FROM (SELECT id FROM orders) q
-- =>
SELECT to_jsonb("q".*) FROM (SELECT "orders"."id" FROM "public"."orders" AS "orders") AS "q" LIMIT 101

-- comments go
SELECT id /* which */ FROM orders -- all of them
-- =>
SELECT "orders"."id" FROM "public"."orders" AS "orders" LIMIT 101

-- CURRENT_TIME keeps its form
SELECT CURRENT_TIME, 2 ^ 3
-- =>
SELECT CURRENT_TIME, 2 ^ 3 LIMIT 101

-- an interval and what is added to it stay two things
SELECT interval '1 day' + 5 * interval '1 hour', interval '1 day' + '2024-01-01'::date
-- =>
SELECT INTERVAL '1 DAY' + 5 * INTERVAL '1 HOUR', INTERVAL '1 DAY' + CAST('2024-01-01' AS DATE) LIMIT 101

-- an element of what is called array
SELECT array(SELECT id FROM orders)[1], x."array"[2] FROM (SELECT string_to_array(name, ' ') AS "array" FROM customers) x
-- =>
SELECT (array(SELECT "orders"."id" FROM "public"."orders" AS "orders"))[1], ("x"."array")[2] FROM (SELECT string_to_array("customers"."name", ' ') AS "array" FROM "public"."customers" AS "customers") AS "x" LIMIT 101

-- EXISTS needs no columns
SELECT id FROM orders WHERE EXISTS (SELECT FROM customers)
-- =>
SELECT "orders"."id" FROM "public"."orders" AS "orders" WHERE EXISTS(SELECT 1 FROM "public"."customers" AS "customers") LIMIT 101

-- a word that a hidden column could catch is bound to what the caller can see
SELECT (SELECT email FROM customers LIMIT 1) FROM (SELECT 1 AS email) x
-- =>
SELECT (SELECT "x"."email" FROM "public"."customers" AS "customers" LIMIT 1) FROM (SELECT 1 AS "email") AS "x" LIMIT 101
