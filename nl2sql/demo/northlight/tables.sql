-- Northlight. SQLite keeps no comments on columns, so the names say what they hold. Amounts are US dollars without tax.

CREATE TABLE plans (
    plan_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    monthly_price_per_seat DECIMAL(8,2) NOT NULL,
    monthly_price_per_seat_billed_yearly DECIMAL(8,2) NOT NULL,
    minimum_seats INTEGER NOT NULL CHECK (minimum_seats > 0)
);

CREATE TABLE features (
    feature_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    product_area TEXT NOT NULL,
    released_on DATE NOT NULL
);

CREATE TABLE plan_features (
    plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
    feature_id INTEGER NOT NULL REFERENCES features (feature_id),
    PRIMARY KEY (plan_id, feature_id)
);

CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    industry TEXT NOT NULL,
    country TEXT NOT NULL,
    employee_count INTEGER CHECK (employee_count > 0),
    acquisition_channel TEXT NOT NULL,
    signed_up_on DATE NOT NULL
);

CREATE TABLE contacts (
    contact_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    job_title TEXT,
    is_billing_contact BOOLEAN NOT NULL
);

CREATE TABLE churn_reasons (
    churn_reason_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    is_avoidable BOOLEAN NOT NULL
);

CREATE TABLE subscriptions (
    subscription_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
    churn_reason_id INTEGER REFERENCES churn_reasons (churn_reason_id),
    status TEXT NOT NULL CHECK (status IN ('trialing', 'active', 'past_due', 'cancelled', 'replaced')),
    billing_period TEXT NOT NULL CHECK (billing_period IN ('monthly', 'yearly')),
    seats INTEGER NOT NULL CHECK (seats > 0),
    monthly_amount DECIMAL(10,2) NOT NULL,
    started_on DATE NOT NULL,
    trial_ends_on DATE,
    ended_on DATE CHECK (ended_on >= started_on),
    CHECK ((ended_on IS NULL) = (status IN ('trialing', 'active', 'past_due'))),
    CHECK (churn_reason_id IS NULL OR status = 'cancelled')
);

CREATE TABLE invoices (
    invoice_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    invoice_number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('paid', 'unpaid', 'void')),
    issued_on DATE NOT NULL,
    due_on DATE NOT NULL CHECK (due_on >= issued_on),
    total_amount DECIMAL(10,2) NOT NULL
);

CREATE TABLE invoice_lines (
    invoice_line_id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
    subscription_id INTEGER NOT NULL REFERENCES subscriptions (subscription_id),
    description TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_amount DECIMAL(10,2) NOT NULL,
    line_amount DECIMAL(10,2) NOT NULL CHECK (line_amount = quantity * unit_amount)
);

CREATE TABLE payments (
    payment_id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
    method TEXT NOT NULL CHECK (method IN ('credit_card', 'bank_transfer', 'direct_debit')),
    outcome TEXT NOT NULL CHECK (outcome IN ('succeeded', 'failed')),
    failure_reason TEXT,
    amount DECIMAL(10,2) NOT NULL,
    attempted_at TIMESTAMP NOT NULL,
    CHECK ((failure_reason IS NULL) = (outcome = 'succeeded'))
);

CREATE TABLE usage_events (
    usage_event_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    feature_id INTEGER NOT NULL REFERENCES features (feature_id),
    occurred_at TIMESTAMP NOT NULL,
    duration_seconds INTEGER
);

CREATE TABLE support_agents (
    support_agent_id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    team TEXT NOT NULL
);

CREATE TABLE support_tickets (
    support_ticket_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    contact_id INTEGER NOT NULL REFERENCES contacts (contact_id),
    support_agent_id INTEGER REFERENCES support_agents (support_agent_id),
    subject TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    status TEXT NOT NULL CHECK (status IN ('open', 'waiting', 'closed')),
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    satisfaction_rating INTEGER CHECK (satisfaction_rating BETWEEN 1 AND 5),
    CHECK ((closed_at IS NULL) = (status <> 'closed'))
);

CREATE TABLE ticket_messages (
    ticket_message_id INTEGER PRIMARY KEY,
    support_ticket_id INTEGER NOT NULL REFERENCES support_tickets (support_ticket_id),
    sender TEXT NOT NULL CHECK (sender IN ('customer', 'agent')),
    body TEXT NOT NULL,
    sent_at TIMESTAMP NOT NULL
);

CREATE INDEX contacts_account ON contacts (account_id);
CREATE INDEX subscriptions_account ON subscriptions (account_id);
CREATE INDEX subscriptions_plan ON subscriptions (plan_id);
CREATE INDEX subscriptions_churn_reason ON subscriptions (churn_reason_id);
CREATE INDEX invoices_account ON invoices (account_id);
CREATE INDEX invoice_lines_invoice ON invoice_lines (invoice_id);
CREATE INDEX invoice_lines_subscription ON invoice_lines (subscription_id);
CREATE INDEX payments_invoice ON payments (invoice_id);
CREATE INDEX usage_events_account ON usage_events (account_id);
CREATE INDEX usage_events_feature ON usage_events (feature_id);
CREATE INDEX plan_features_feature ON plan_features (feature_id);
CREATE INDEX support_tickets_account ON support_tickets (account_id);
CREATE INDEX support_tickets_contact ON support_tickets (contact_id);
CREATE INDEX support_tickets_agent ON support_tickets (support_agent_id);
CREATE INDEX ticket_messages_ticket ON ticket_messages (support_ticket_id);

-- Recurring revenue on the last day of each month with invoices: paying subscriptions, trials left out.
CREATE VIEW monthly_recurring_revenue AS
WITH months AS (
    SELECT DISTINCT date(issued_on, 'start of month') AS month_start FROM invoices
)
SELECT
    months.month_start,
    date(months.month_start, '+1 month', '-1 day') AS month_end,
    count(DISTINCT subscriptions.account_id) AS paying_accounts,
    sum(subscriptions.monthly_amount) AS recurring_revenue
FROM months
JOIN subscriptions
    ON coalesce(subscriptions.trial_ends_on, subscriptions.started_on) < date(months.month_start, '+1 month')
    AND (subscriptions.ended_on IS NULL OR subscriptions.ended_on >= date(months.month_start, '+1 month'))
GROUP BY months.month_start;
