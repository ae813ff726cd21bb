-- MySQL's own functions keep their names
SELECT YEAR(ordered_at) AS y, DATE_FORMAT(MIN(ordered_at), '%Y-%m'), IFNULL(MAX(status), 'x'), TIMESTAMPDIFF(DAY, MIN(ordered_at), NOW()) FROM orders GROUP BY y

-- backticks and schema names
SELECT `o`.`id` FROM `shop`.`orders` `o`

-- case of names does not matter
SELECT ID, Total FROM Orders

-- aliases in HAVING and ORDER BY
SELECT status, SUM(total) AS s FROM orders GROUP BY status HAVING s > 10 ORDER BY s DESC

-- GROUP_CONCAT with order and separator
SELECT GROUP_CONCAT(DISTINCT status ORDER BY status SEPARATOR ', ') FROM orders

-- WITH ROLLUP
SELECT status, SUM(total) FROM orders GROUP BY status WITH ROLLUP

-- operators
SELECT 5 DIV 2, 5 MOD 2, TRUE XOR FALSE, 1 <=> NULL, status REGEXP '^p', status RLIKE 'p' FROM orders

-- intervals
SELECT id FROM orders WHERE ordered_at >= DATE_SUB(CURDATE(), INTERVAL 30 DAY) AND ordered_at < NOW() + INTERVAL 1 MONTH

-- casts
SELECT CAST(total AS SIGNED), CAST(total AS CHAR), CONVERT(total, DECIMAL(10, 2)) FROM orders

-- double-quoted text
SELECT id FROM orders WHERE status = "paid"

-- a bounded recursion over dates
WITH RECURSIVE d AS (SELECT DATE('2024-01-01') AS x UNION ALL SELECT x + INTERVAL 1 DAY FROM d WHERE x < '2024-01-10') SELECT x FROM d

-- backslashes that keep the end of the string
SELECT name FROM products WHERE name LIKE '100\%' OR name = 'a\\b' OR name = 'line\n'

-- DUAL is no table
SELECT 1 FROM DUAL

-- several expressions in one GROUP_CONCAT, and character sets
SELECT GROUP_CONCAT(name, ': ', price SEPARATOR '; '), CONVERT(MAX(name) USING utf8mb4) FROM products

-- limit with an offset in front
SELECT id FROM orders ORDER BY id LIMIT 5, 10
