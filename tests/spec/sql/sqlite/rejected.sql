-- not_a_query: pragma
PRAGMA table_info(orders)

-- not_a_query: attach
ATTACH '/etc/passwd' AS x

-- unknown_table: the schema table
SELECT sql FROM sqlite_master

-- unknown_table: another schema
SELECT id FROM temp.orders

-- unknown_table: a string as a name
SELECT token FROM 'secrets'

-- forbidden_function: pragma functions
SELECT name FROM pragma_table_info('secrets')

-- unknown_column: row numbers
SELECT rowid FROM orders

-- unknown_column: double-quoted text is a name; single quotes make text
SELECT id FROM orders WHERE status = "paid"

-- unknown_column: hidden, in brackets
SELECT [email] FROM customers

-- forbidden_syntax: IN over a table's name
SELECT (1, 'x') IN secrets

-- forbidden_function: files
SELECT readfile('/etc/passwd')

-- forbidden_function: extensions
SELECT load_extension('x')

-- forbidden_function: memory
SELECT zeroblob(1000000000)

-- growth: a wide directive
SELECT printf('%1000000d', 1)

-- growth: a directive with a flag of its own
SELECT printf('%,1000000d', 1)

-- growth: a width from an argument
SELECT printf('%*d', 1000000, 1)

-- unknown_table: an IN over the schema table
SELECT 1 FROM orders WHERE id IN (SELECT rootpage FROM sqlite_schema)

-- placeholder: by position
SELECT ?

-- forbidden_character: by name
SELECT @a

-- forbidden_character: by dollar
SELECT $a

-- unbounded_recursion: without the word
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n

-- forbidden_character: brackets have no escape
SELECT [a]]b] FROM orders

-- unbounded_recursion: a LIMIT that ends nothing soon
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000) SELECT i FROM n

-- unbounded_recursion: rows behind an OFFSET are computed too
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10 OFFSET 100000000) SELECT i FROM n

-- forbidden_join: a table inside another join, where nobody looked
SELECT orders.id FROM orders JOIN customers JOIN secrets ON secrets.token = 'x' ON customers.id = orders.customer_id

-- forbidden_comment: one from which the parser takes orders
SELECT email /* sqlglot.meta line=a, col=b */ FROM customers
