-- unknown_table: a file as a table
SELECT * FROM 'x.parquet'

-- unknown_table: a file in double quotes
SELECT * FROM "/etc/hosts.csv"

-- forbidden_function: reading files
SELECT content FROM read_text('/etc/passwd')

-- forbidden_function: SQL in text
SELECT * FROM query('SELECT 1')

-- forbidden_function: a table's name in text
SELECT * FROM query_table('secrets')

-- forbidden_function: the environment
SELECT getenv('HOME')

-- forbidden_function: the catalogue
SELECT * FROM duckdb_tables()

-- forbidden_function: columns by pattern
SELECT COLUMNS('e.*') FROM customers

-- forbidden_character: columns by number
SELECT #3 FROM customers

-- not_a_query: summaries read every column
SUMMARIZE customers

-- forbidden_syntax: pivots name columns after data
SELECT * FROM (PIVOT customers ON city USING max(email))

-- unknown_column: a field of the whole row
SELECT c['email'] FROM customers c

-- unknown_column: hidden, in QUALIFY
SELECT id FROM customers QUALIFY row_number() OVER (ORDER BY email) = 1

-- unknown_column: hidden, in REPLACE
SELECT * REPLACE (email AS name) FROM customers

-- unknown_column: hidden, in a lambda
SELECT list_transform([1], lambda x: email) FROM customers

-- unknown_column: hidden, in a prefix alias
SELECT e: email FROM customers

-- unknown_column: hidden, behind FROM first
FROM customers SELECT email

-- unknown_table: hidden, in an as-of join
SELECT 1 FROM orders ASOF JOIN secrets ON orders.id >= secrets.id

-- forbidden_syntax: another catalogue
SELECT id FROM other.main.orders

-- forbidden_function: session variables
SELECT getvariable('v')

-- series_too_long: memory
SELECT list(x) FROM range(1000000000) t(x)

-- forbidden_type: a hidden column named like a type
SELECT json['a'] FROM orders

-- forbidden_type: likewise, as a list
SELECT text[1], int[1] FROM orders

-- forbidden_join: a table inside another join, where nobody looked
SELECT orders.id FROM orders JOIN customers JOIN secrets ON secrets.token = 'x' ON customers.id = orders.customer_id

-- forbidden_comment: one from which the parser takes orders
SELECT email /* sqlglot.meta line=a, col=b */ FROM customers

-- unknown_table: a hidden table joined to a FROM that comes first
FROM orders JOIN secrets ON secrets.token = 'x' SELECT orders.id
