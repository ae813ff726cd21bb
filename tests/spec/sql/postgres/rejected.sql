-- not_a_query: a command never reaches the parser
DROP TABLE orders

-- not_a_query: bare words that parsers take for a column
CHECKPOINT

-- multiple_statements: a second statement after the first
SELECT 1; SELECT 2

-- multiple_statements: even behind an empty one
SELECT 1;; DELETE FROM orders

-- forbidden_syntax: data-modifying CTE
WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone

-- forbidden_syntax: SELECT INTO
SELECT id INTO copy FROM orders

-- forbidden_syntax: row locks
SELECT id FROM orders FOR NO KEY UPDATE

-- unknown_column: hidden or absent, the same words
SELECT email FROM customers

-- unknown_column: no such column at all
SELECT emaul FROM customers

-- unknown_column: HAVING without GROUP BY
SELECT count(*) FROM customers HAVING max(email) > 'c'

-- unknown_column: an output alias does not reach into an ORDER BY expression
SELECT id AS email FROM customers ORDER BY email || ''

-- unknown_column: in a window definition
SELECT rank() OVER w FROM customers WINDOW w AS (ORDER BY email)

-- unknown_column: in FILTER
SELECT count(*) FILTER (WHERE email LIKE 'a%') FROM customers

-- unknown_column: in an ordered-set aggregate
SELECT mode() WITHIN GROUP (ORDER BY email) FROM customers

-- unknown_column: in GROUPING SETS
SELECT count(*) FROM customers GROUP BY GROUPING SETS ((email), ())

-- unknown_column: in DISTINCT ON
SELECT DISTINCT ON (email) id FROM customers

-- unknown_column: in VALUES after LATERAL
SELECT v.x FROM customers c, LATERAL (VALUES (c.email)) v(x)

-- unknown_column: as the argument of a table function
SELECT x FROM customers c, regexp_split_to_table(c.email, '@') x

-- unknown_column: system column
SELECT o.ctid FROM orders o

-- unknown_column: a whole row is no value
SELECT c FROM customers c

-- unknown_column: nor under the table's own name
SELECT customers FROM customers

-- unknown_column: nor as a function's argument
SELECT to_jsonb(c) FROM customers c

-- whole_row: nor written with a star
SELECT to_jsonb(c.*) FROM customers c

-- forbidden_syntax: nor a field of it
SELECT (c).email FROM customers c

-- unknown_column: attribute notation
SELECT c.row_to_json FROM customers c

-- forbidden_function: functional notation of a column
SELECT email(c) FROM customers c

-- forbidden_join: NATURAL compares columns nobody named
SELECT count(*) FROM customers NATURAL JOIN (SELECT 'a' AS email) x

-- unknown_column: USING over a column that is not visible
SELECT 1 FROM customers JOIN (SELECT 'a' AS email) x USING (email)

-- column_list: positions of a stored table
SELECT x.b FROM customers AS x(a, b)

-- column_list: positions over a star
WITH x(a, b, c) AS (SELECT * FROM customers) SELECT c FROM x

-- column_list: positions over a star, in a derived table
SELECT c FROM (SELECT * FROM customers) x(a, b, c)

-- column_list: an alias over a join
SELECT j.name FROM (customers CROSS JOIN products) AS j(a, name)

-- unknown_table: hidden or absent, the same words
SELECT token FROM secrets

-- unknown_table: a qualified name never means a CTE
WITH secrets AS (SELECT 1 AS token) SELECT token FROM public.secrets

-- unknown_table: a CTE's body sees the table outside
WITH secrets AS (SELECT token FROM secrets) SELECT token FROM secrets

-- unknown_table: an inner CTE does not reach out
WITH a AS (WITH secrets AS (SELECT 1 AS x) SELECT x FROM secrets) SELECT s.x FROM a, secrets s

-- unknown_table: a CTE defined later
WITH b AS (SELECT token FROM secrets), secrets AS (SELECT 1 AS token) SELECT token FROM b

-- unknown_table: quoted names keep their case
SELECT id FROM "Orders"

-- unknown_table: another schema
SELECT id FROM pg_temp.orders

-- unknown_table: a catalogue
SELECT usename FROM pg_shadow

-- forbidden_syntax: another database
SELECT id FROM shop.public.orders

-- unknown_column: a derived table sees its siblings only after LATERAL
SELECT x.n FROM customers c, (SELECT c.name AS n) x

-- unknown_column: ON sees only what was joined so far, and never past a namesake
SELECT 1 FROM orders t WHERE EXISTS (SELECT 1 FROM products a JOIN products b ON t.total > 1, (SELECT 1 AS total) t)

-- unknown_column: an outer derived table does not lend its column to an inner table that may hide one
SELECT x.id FROM orders x WHERE EXISTS (SELECT 1 FROM customers x WHERE x.total > 0)

-- ambiguous_column: grouping by an alias and by its own column
SELECT city AS email FROM customers GROUP BY email, city

-- group_by_aggregate: an alias of an aggregate cannot be grouped by
SELECT count(*) AS email FROM customers GROUP BY email

-- duplicate_name: two relations, one name
SELECT 1 FROM orders a, products a

-- forbidden_function: files
SELECT pg_read_file('/etc/passwd')

-- forbidden_function: in FROM
SELECT f FROM pg_ls_dir('.') f

-- forbidden_function: a listed function that gives no rows may not stand in FROM
SELECT x FROM lower('A') x

-- forbidden_syntax: qualified functions, listed or not
SELECT pg_catalog.lower('A')

-- forbidden_function: quoted in another case it is another function
SELECT "LOWER"('A')

-- forbidden_function: dynamic SQL in text
SELECT query_to_xml('select 1', true, true, '')

-- forbidden_function: session state
SELECT set_config('statement_timeout', '0', false)

-- forbidden_syntax: who is asking
SELECT CURRENT_USER

-- forbidden_function: a star argument of anything but count
SELECT max(*) FROM orders

-- forbidden_type: object identifiers
SELECT 16384::regclass

-- forbidden_type: typed literals of them
SELECT regtype 'int'

-- forbidden_type: row types
SELECT NULL::public.orders

-- forbidden_type: padding by type
SELECT 'a'::char(100000)

-- forbidden_syntax: operators by qualified name
SELECT 1 OPERATOR(public.+) 2

-- forbidden_collation: a collation of somebody's schema
SELECT status COLLATE evil."x" FROM orders

-- unicode_escape: escaped names
SELECT U&"\0065mail" FROM customers

-- ambiguous_string: an escaped quote
SELECT E'\'' AS x

-- ambiguous_string: strings side by side
SELECT 'a' 'b'

-- forbidden_comment: nested comments
SELECT 1 /* /* */ */

-- forbidden_comment: hints
SELECT /*+ SeqScan(orders) */ id FROM orders

-- placeholder: a driver's
SELECT %(id)s

-- placeholder: by position
SELECT id FROM orders WHERE id = ?

-- placeholder: by name
SELECT id FROM orders WHERE id = :id

-- forbidden_character: by number
SELECT id FROM orders WHERE id = $1

-- forbidden_character: the prefix operator @
SELECT @ length(name) FROM customers

-- template: template marks
SELECT id {# x #} FROM orders

-- unterminated: an open string
SELECT 'abc

-- ambiguous_token: a number that runs into a word
SELECT 1_000

-- forbidden_limit: LIMIT by subquery
SELECT id FROM orders LIMIT (SELECT count(*) FROM products)

-- growth: repeat
SELECT repeat('a', 100000000)

-- growth: nested repeat
SELECT repeat(repeat('a', 1000), 1000)

-- growth: a size computed from data
SELECT lpad(status, id) FROM orders

-- growth: a wide directive
SELECT format('%100000000s', status) FROM orders

-- growth: numeric powers
SELECT power(10::numeric, 100000)

-- growth: replacements that lengthen, nested
SELECT replace(replace(replace(name, 'a', 'aaaaa'), 'a', 'aaaaa'), 'a', 'aaaaa') FROM customers

-- growth: doubling along a chain of CTEs
WITH a AS (SELECT name || name || name || name || name || name || name || name || name || name AS x FROM customers), b AS (SELECT x || x || x || x || x || x || x || x || x || x AS x FROM a), c AS (SELECT x || x || x || x || x || x || x || x || x || x AS x FROM b), d AS (SELECT x || x || x || x || x || x || x || x || x || x AS x FROM c), e AS (SELECT x || x AS x FROM d) SELECT length(x) FROM e

-- growth: encoding again and again
SELECT quote_literal(quote_literal(quote_literal(quote_literal(quote_literal(quote_literal(quote_literal(quote_literal(quote_literal(name))))))))) FROM customers

-- whole_row: distinct rows would tell of hidden columns
SELECT count(DISTINCT c.*) FROM customers c

-- too_large: grouping sets that multiply
SELECT 1 FROM orders GROUP BY CUBE (id, status, total), CUBE (customer_id, ordered_at, status, id)

-- series_too_long: constant ends
SELECT g FROM generate_series(1, 1000000) g

-- series_too_long: computed ends
SELECT g FROM generate_series(1, 1000 * 1000) g

-- series_too_long: dates by the second
SELECT g FROM generate_series(timestamp '2000-01-01', now(), interval '1 second') g

-- series_too_long: the product of two
SELECT count(*) FROM generate_series(1, 9000) a, generate_series(1, 9000) b

-- unbounded_recursion: no end
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t

-- unbounded_recursion: an end too far
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 100000000) SELECT count(*) FROM t

-- unbounded_recursion: a value that doubles
WITH RECURSIVE t(n, s) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, s || s FROM t WHERE n < 40) SELECT max(n) FROM t

-- unconnected_tables: three tables without a condition
SELECT count(*) FROM orders a, orders b, orders c

-- unconnected_tables: collecting over a product
SELECT string_agg(a.status, ',') FROM orders a, orders b

-- pattern: nested repetition
SELECT id FROM orders WHERE status ~ '(a*)*b'

-- pattern: too many wildcards
SELECT id FROM orders WHERE status LIKE '%a%b%c%d%e%f%g%h%i%'

-- too_large: CUBE
SELECT 1 FROM orders GROUP BY CUBE (id, customer_id, status, total, ordered_at, id + 1, id + 2)

-- forbidden_character: a prefix operator that the parser takes for NOT
SELECT !! 5

-- unbounded_recursion: a counter that stands still
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT 1 FROM t WHERE n < 5) SELECT count(*) FROM t

-- unbounded_recursion: a counter that moves away from its bound
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n - 1 FROM t WHERE n < 5) SELECT count(*) FROM t

-- unbounded_recursion: rounds that double
WITH RECURSIVE t AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM t, (VALUES (1), (2)) v WHERE n < 40) SELECT count(*) FROM t

-- forbidden_join: a table inside another join, where nobody looked
SELECT orders.id FROM orders JOIN customers JOIN secrets ON secrets.token = 'x' ON customers.id = orders.customer_id

-- forbidden_comment: one from which the parser takes orders
SELECT email /* sqlglot.meta line=a, col=b */ FROM customers
