-- forbidden_comment: executable comments
SELECT id FROM orders /*!50000 UNION SELECT token FROM secrets */

-- forbidden_comment: MariaDB's
SELECT id FROM orders /*M! UNION SELECT token FROM secrets */

-- forbidden_comment: hints
SELECT /*+ SET_VAR(max_execution_time=0) */ id FROM orders

-- forbidden_character: variables
SELECT @x

-- forbidden_character: system variables
SELECT @@datadir

-- ambiguous_string: an escaped quote
SELECT 'a\'', 1

-- ambiguous_string: an odd number of backslashes before a quote
SELECT 'a\\\'', 1

-- ambiguous_token: two minus signs
SELECT 5--1

-- unknown_column: an alias that the engine takes for another
SELECT id FROM (SELECT 1 AS email) s WHERE EXISTS (SELECT 1 FROM customers ſ WHERE s.email = 'a')

-- unconnected_tables: a table with itself, without a condition
SELECT a.id FROM orders a, orders b ORDER BY RAND()

-- ambiguous_token: a character-set introducer
SELECT _latin1'abc'

-- template: ODBC escapes
SELECT {d '2024-01-01'}

-- forbidden_function: waiting
SELECT SLEEP(5)

-- forbidden_function: in backticks
SELECT `sleep`(5)

-- forbidden_function: burning time
SELECT BENCHMARK(1000000, MD5('a'))

-- forbidden_function: files
SELECT LOAD_FILE('/etc/passwd')

-- forbidden_function: locks
SELECT GET_LOCK('a', 10)

-- forbidden_function: error-based reading
SELECT EXTRACTVALUE(1, CONCAT(0x7e, 'x'))

-- syntax_error: writing a file
SELECT id FROM orders INTO OUTFILE '/tmp/x'

-- forbidden_syntax: row locks
SELECT id FROM orders LOCK IN SHARE MODE

-- forbidden_syntax: index hints
SELECT id FROM orders USE INDEX (x)

-- forbidden_join: STRAIGHT_JOIN
SELECT o.id FROM orders o STRAIGHT_JOIN products p

-- unknown_table: the TABLE statement
TABLE secrets

-- unknown_table: a dot inside backticks
SELECT id FROM `shop.orders`

-- unknown_table: the sequence engine
SELECT seq FROM seq_1_to_1000000000

-- unknown_table: another database
SELECT User FROM mysql.user

-- unknown_column: hidden, in ORDER BY FIELD
SELECT id FROM customers ORDER BY FIELD(email, 'a')

-- ambiguous_operator: two bars join no texts
SELECT name || ' ' || category FROM products

-- forbidden_join: a table inside another join, where nobody looked
SELECT orders.id FROM orders JOIN customers JOIN secrets ON secrets.token = 'x' ON customers.id = orders.customer_id

-- forbidden_comment: one from which the parser takes orders
SELECT email /* sqlglot.meta line=a, col=b */ FROM customers
