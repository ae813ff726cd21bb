-- dates
SELECT strftime('%Y-%m', ordered_at) AS m, date(ordered_at, 'start of month'), julianday('now') FROM orders GROUP BY m

-- aliases in WHERE and HAVING
SELECT lower(status) AS s, count(*) AS n FROM orders WHERE s <> 'x' GROUP BY s HAVING n > 1

-- three ways to quote
SELECT [id], `total`, "status" FROM [orders]

-- case of names does not matter
SELECT ID FROM ORDERS

-- GLOB, LIKE, COLLATE
SELECT name FROM customers WHERE name GLOB 'C*' AND city LIKE 'b%' ORDER BY name COLLATE NOCASE

-- recursion without the word
WITH n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n

-- JSON
SELECT json_extract('{"a": 1}', '$.a'), '{"a": 1}' ->> '$.a', j.value FROM json_each('[1, 2]') j

-- scalar max and min
SELECT max(1, 2), min(total), total(total) FROM orders

-- a recursion ended by its LIMIT
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10) SELECT i FROM n
