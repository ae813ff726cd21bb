-- names as the catalogue spells them
SELECT ID FROM ORDERS
-- =>
SELECT `orders`.`id` FROM `shop`.`orders` AS `orders` LIMIT 101

-- an alias in HAVING becomes its expression
SELECT status, SUM(total) AS s FROM orders GROUP BY status HAVING s > 10
-- =>
SELECT `orders`.`status`, SUM(`orders`.`total`) AS `s` FROM `shop`.`orders` AS `orders` GROUP BY `orders`.`status` HAVING SUM(`orders`.`total`) > 10 LIMIT 101

-- REGEXP stays an operator
SELECT id FROM orders WHERE status RLIKE '^p'
-- =>
SELECT `orders`.`id` FROM `shop`.`orders` AS `orders` WHERE `orders`.`status` REGEXP '^p' LIMIT 101

-- offset in front
SELECT id FROM orders LIMIT 5, 10
-- =>
SELECT `orders`.`id` FROM `shop`.`orders` AS `orders` LIMIT 10 OFFSET 5

-- an interval in front of a date
SELECT INTERVAL 1 DAY + '2024-01-01'
-- =>
SELECT INTERVAL '1' DAY + '2024-01-01' LIMIT 101

-- two bars between conditions are OR
SELECT id FROM orders WHERE id = 1 || total > 5
-- =>
SELECT `orders`.`id` FROM `shop`.`orders` AS `orders` WHERE `orders`.`id` = 1 OR `orders`.`total` > 5 LIMIT 101
