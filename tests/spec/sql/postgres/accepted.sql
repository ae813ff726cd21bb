-- aggregates, filters and ordered sets
SELECT status, count(*) FILTER (WHERE total > 10), percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders GROUP BY status

-- windows with names and frames
SELECT id, sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW)

-- grouping by position, by alias and by ROLLUP
SELECT date_trunc('month', ordered_at) AS m, status, sum(total) FROM orders GROUP BY ROLLUP (m, status) ORDER BY m NULLS LAST

-- DISTINCT ON
SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, ordered_at DESC

-- correlated subqueries and EXISTS
SELECT name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- LATERAL
SELECT c.id, l.total FROM customers c LEFT JOIN LATERAL (SELECT total FROM orders o WHERE o.customer_id = c.id ORDER BY total DESC LIMIT 1) l ON true

-- the same alias inside and outside
SELECT id FROM products WHERE price > (SELECT avg(price) FROM products)

-- a CTE of a table's name
WITH orders AS (SELECT * FROM orders WHERE status = 'paid') SELECT count(*) FROM orders

-- a CTE of a hidden table's name is a CTE
WITH secrets AS (SELECT id AS token FROM orders) SELECT token FROM secrets

-- a hidden column's name as an output alias is an alias
SELECT city AS email FROM customers ORDER BY email

-- bounded recursion
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT sum(i) FROM n

-- a walk along a hierarchy
WITH RECURSIVE t AS (SELECT id, customer_id FROM orders WHERE id = 1 UNION ALL SELECT o.id, o.customer_id FROM orders o JOIN t ON o.id = t.customer_id) SELECT count(*) FROM t

-- a calendar over the data
SELECT d::date, count(o.id) FROM generate_series((SELECT min(ordered_at) FROM orders), now(), interval '1 day') d LEFT JOIN orders o ON o.ordered_at::date = d::date GROUP BY d

-- rows of a derived table as JSON
SELECT json_agg(q) FROM (SELECT status, count(*) AS n FROM orders GROUP BY status) q

-- counting a joined row
SELECT c.id, count(o.*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id

-- JSON reads
SELECT '{"a": [1, 2]}'::jsonb -> 'a' ->> 0, '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb @> '{"a": 1}'

-- arrays
SELECT ARRAY[1, 2] || ARRAY[3], (ARRAY['a', 'b'])[1], ARRAY(SELECT id FROM products), 1 = ANY (ARRAY[1, 2])

-- text in all its spellings
SELECT 'it''s; -- ok', E'a\nb', $$dollar$$, $tag$it's$tag$

-- quoted aliases
SELECT total AS "Total; DROP TABLE orders --", count(*) AS "100%" FROM orders GROUP BY total

-- set operations
(SELECT id FROM orders ORDER BY id LIMIT 3) UNION ALL (SELECT id FROM products) ORDER BY id

-- joins in parentheses
SELECT o.id FROM orders o JOIN (order_items i JOIN products p ON p.id = i.product_id) ON i.order_id = o.id

-- comparing rows
SELECT id FROM orders WHERE (customer_id, status) IN (SELECT id, 'paid' FROM customers)

-- conditions in CUBE and ROLLUP
SELECT category, price > 20, count(*) FROM products GROUP BY CUBE (category, price > 20)

-- a recursion between bounds of the data
WITH RECURSIVE b AS (SELECT min(ordered_at)::date AS lo, max(ordered_at)::date AS hi FROM orders), d AS (SELECT lo AS x FROM b UNION ALL SELECT (d.x + interval '1 day')::date FROM d, b WHERE d.x < b.hi) SELECT x FROM d

-- a counter beside other columns, and one that falls
WITH RECURSIVE f(a, b, i) AS (SELECT 0, 1, 1 UNION ALL SELECT b, a + b, i + 1 FROM f WHERE i < 20), d AS (SELECT 9 AS n UNION ALL SELECT n - 1 FROM d WHERE n > 0) SELECT a, n FROM f, d
