-- Bean There: what is sold (schema sales) and what it takes to sell it (schema operations).
-- Foreign keys and their indexes follow in keys.sql, once the rows are in: checking them in bulk is faster.

CREATE SCHEMA sales;
CREATE SCHEMA operations;

CREATE TYPE operations.delivery_status AS ENUM ('in_transit', 'received', 'rejected');

CREATE TABLE operations.regions (
    region_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE operations.stores (
    store_id integer PRIMARY KEY,
    region_id integer NOT NULL,
    name text NOT NULL UNIQUE,
    city text NOT NULL,
    country_code char(2) NOT NULL,
    time_zone text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    seats integer NOT NULL CHECK (seats >= 0),
    floor_area_m2 integer NOT NULL CHECK (floor_area_m2 > 0),
    has_terrace boolean NOT NULL,
    CHECK (closed_on > opened_on)
);

CREATE TABLE operations.store_targets (
    store_id integer NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    revenue_target numeric(12,2) NOT NULL CHECK (revenue_target >= 0),
    PRIMARY KEY (store_id, month)
);

CREATE TABLE operations.employees (
    employee_id integer PRIMARY KEY,
    store_id integer NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    job_title text NOT NULL CHECK (job_title IN ('Store manager', 'Shift lead', 'Barista', 'Trainee')),
    hourly_wage numeric(6,2) NOT NULL CHECK (hourly_wage > 0),
    hired_on date NOT NULL,
    left_on date,
    CHECK (left_on >= hired_on)
);

CREATE TABLE operations.shifts (
    shift_id integer PRIMARY KEY,
    employee_id integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    break_minutes integer NOT NULL CHECK (break_minutes BETWEEN 0 AND 90),
    attendance text NOT NULL CHECK (attendance IN ('worked', 'sick', 'no_show')),
    CHECK (ends_at > starts_at)
);

CREATE TABLE operations.suppliers (
    supplier_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    city text NOT NULL,
    country_code char(2) NOT NULL,
    lead_time_days integer NOT NULL CHECK (lead_time_days > 0),
    is_organic boolean NOT NULL
);

CREATE TABLE operations.ingredients (
    ingredient_id integer PRIMARY KEY,
    supplier_id integer NOT NULL,
    name text NOT NULL UNIQUE,
    measure text NOT NULL CHECK (measure IN ('kg', 'l', 'piece')),
    unit_cost numeric(8,2) NOT NULL CHECK (unit_cost > 0),
    shelf_life_days integer CHECK (shelf_life_days > 0)
);

CREATE TABLE operations.stock_levels (
    store_id integer NOT NULL,
    ingredient_id integer NOT NULL,
    quantity_on_hand numeric(10,1) NOT NULL CHECK (quantity_on_hand >= 0),
    reorder_level numeric(10,1) NOT NULL CHECK (reorder_level >= 0),
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (store_id, ingredient_id)
);

CREATE TABLE operations.deliveries (
    delivery_id integer PRIMARY KEY,
    supplier_id integer NOT NULL,
    store_id integer NOT NULL,
    ordered_on date NOT NULL,
    expected_on date NOT NULL,
    received_on date,
    status operations.delivery_status NOT NULL,
    CHECK (expected_on >= ordered_on),
    CHECK ((received_on IS NULL) = (status = 'in_transit'))
);

CREATE TABLE operations.delivery_items (
    delivery_id integer NOT NULL,
    ingredient_id integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_cost numeric(8,2) NOT NULL CHECK (unit_cost > 0),
    PRIMARY KEY (delivery_id, ingredient_id)
);

CREATE TABLE operations.equipment (
    equipment_id integer PRIMARY KEY,
    store_id integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('Espresso machine', 'Grinder', 'Oven', 'Fridge', 'Till')),
    serial_number text NOT NULL UNIQUE,
    purchased_on date NOT NULL,
    purchase_price numeric(10,2) NOT NULL CHECK (purchase_price > 0),
    warranty_ends_on date
);

CREATE TABLE operations.maintenance_visits (
    maintenance_visit_id integer PRIMARY KEY,
    equipment_id integer NOT NULL,
    visited_on date NOT NULL,
    visit_cost numeric(8,2) NOT NULL CHECK (visit_cost >= 0),
    downtime_hours integer NOT NULL CHECK (downtime_hours >= 0),
    fault text
);

CREATE TABLE sales.categories (
    category_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE sales.products (
    product_id integer PRIMARY KEY,
    category_id integer NOT NULL,
    name text NOT NULL UNIQUE,
    unit_price numeric(8,2) NOT NULL CHECK (unit_price > 0),
    calories integer CHECK (calories >= 0),
    is_vegan boolean NOT NULL,
    launched_on date NOT NULL,
    discontinued_on date,
    CHECK (discontinued_on > launched_on)
);

CREATE TABLE operations.recipes (
    product_id integer NOT NULL,
    ingredient_id integer NOT NULL,
    quantity numeric(8,3) NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (product_id, ingredient_id)
);

CREATE TABLE sales.promotions (
    promotion_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    discount_percent integer NOT NULL CHECK (discount_percent BETWEEN 1 AND 100),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    CHECK (ends_on >= starts_on)
);

CREATE TABLE sales.customers (
    customer_id integer PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text UNIQUE,
    city text NOT NULL,
    country_code char(2) NOT NULL,
    birth_year integer CHECK (birth_year BETWEEN 1900 AND 2100),
    signed_up_on date NOT NULL,
    acquired_through text CHECK (acquired_through IN ('store', 'app', 'friend', 'web')),
    marketing_consent boolean NOT NULL
);

CREATE TABLE sales.loyalty_tiers (
    loyalty_tier_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    points_per_euro integer NOT NULL CHECK (points_per_euro > 0),
    minimum_points integer NOT NULL CHECK (minimum_points >= 0)
);

CREATE TABLE sales.loyalty_accounts (
    loyalty_account_id integer PRIMARY KEY,
    customer_id integer NOT NULL UNIQUE,
    loyalty_tier_id integer NOT NULL,
    points_earned integer NOT NULL CHECK (points_earned >= 0),
    points_balance integer NOT NULL CHECK (points_balance BETWEEN 0 AND points_earned),
    joined_on date NOT NULL,
    closed_on date CHECK (closed_on >= joined_on)
);

CREATE TABLE sales.orders (
    order_id integer PRIMARY KEY,
    store_id integer NOT NULL,
    customer_id integer,
    employee_id integer,
    promotion_id integer,
    placed_at timestamptz NOT NULL,
    channel text NOT NULL CHECK (channel IN ('counter', 'app', 'courier')),
    status text NOT NULL CHECK (status IN ('completed', 'cancelled', 'refunded')),
    discount_amount numeric(8,2) NOT NULL CHECK (discount_amount >= 0),
    total_amount numeric(8,2) NOT NULL CHECK (total_amount >= 0),
    tip_amount numeric(6,2) CHECK (tip_amount >= 0),
    CHECK (channel <> 'app' OR customer_id IS NOT NULL)
);

CREATE TABLE sales.order_items (
    order_item_id integer PRIMARY KEY,
    order_id integer NOT NULL,
    product_id integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(8,2) NOT NULL CHECK (unit_price > 0),
    line_amount numeric(8,2) NOT NULL CHECK (line_amount = quantity * unit_price)
);

CREATE TABLE sales.payments (
    payment_id integer PRIMARY KEY,
    order_id integer NOT NULL,
    method text NOT NULL CHECK (method IN ('card', 'cash', 'mobile_wallet', 'gift_card')),
    amount numeric(8,2) NOT NULL CHECK (amount > 0),
    paid_at timestamptz NOT NULL
);

CREATE TABLE sales.refunds (
    refund_id integer PRIMARY KEY,
    order_id integer NOT NULL,
    amount numeric(8,2) NOT NULL CHECK (amount > 0),
    reason text CHECK (reason IN ('wrong_item', 'quality', 'too_slow', 'goodwill')),
    refunded_at timestamptz NOT NULL
);

CREATE TABLE sales.reviews (
    review_id integer PRIMARY KEY,
    order_item_id integer NOT NULL UNIQUE,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment text,
    reviewed_at timestamptz NOT NULL
);
