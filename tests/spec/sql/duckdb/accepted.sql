-- FROM first
FROM orders SELECT id WHERE total > 10

-- GROUP BY ALL, ORDER BY ALL
SELECT status, count(*) AS n FROM orders GROUP BY ALL ORDER BY ALL

-- QUALIFY by alias
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at) AS rn FROM orders QUALIFY rn = 1

-- stars without and with other columns
SELECT * EXCLUDE (customer_id) REPLACE (round(total) AS total) FROM orders

-- lists, structs, maps, lambdas
SELECT [1, 2][1], {'a': 1}, MAP {'k': 1}, list_transform([1, 2], lambda x: x + 1)

-- aliases of the same select list
SELECT total * 2 AS twice, twice + 1 AS more FROM orders

-- ordered-set aggregates and lists
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total), list(DISTINCT status), quantile_cont(total, [0.1, 0.9]), arg_max(id, total) FROM orders

-- series and unnest
SELECT d::DATE FROM (SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-01-05', INTERVAL 1 DAY)) AS d) x

-- semi, anti and as-of joins
SELECT o.id FROM orders o SEMI JOIN products p ON p.id = o.id ASOF JOIN customers c ON o.id >= c.id

-- a column named before its expression
SELECT revenue: sum(total) FROM orders

-- operators
SELECT 7 // 2, 2 ** 3, 'a' IN ['a', 'b'], TRY_CAST('x' AS INTEGER)
