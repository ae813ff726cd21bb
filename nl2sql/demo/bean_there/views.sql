-- The two figures everyone asks for, defined once.

CREATE VIEW sales.daily_store_revenue AS
SELECT
    placed.store_id,
    (placed.placed_at AT TIME ZONE stores.time_zone)::date AS business_date,
    sum(placed.total_amount) AS gross_revenue,
    coalesce(sum(refunded.amount), 0) AS refunded_amount,
    sum(placed.total_amount) - coalesce(sum(refunded.amount), 0) AS net_revenue
FROM sales.orders AS placed
JOIN operations.stores AS stores USING (store_id)
LEFT JOIN (
    SELECT order_id, sum(amount) AS amount FROM sales.refunds GROUP BY order_id
) AS refunded USING (order_id)
WHERE placed.status <> 'cancelled'
GROUP BY placed.store_id, business_date;

CREATE VIEW operations.reorder_list AS
SELECT
    stores.name AS store_name,
    ingredients.name AS ingredient_name,
    suppliers.name AS supplier_name,
    stock.quantity_on_hand,
    stock.reorder_level - stock.quantity_on_hand AS missing_quantity
FROM operations.stock_levels AS stock
JOIN operations.stores AS stores USING (store_id)
JOIN operations.ingredients AS ingredients USING (ingredient_id)
JOIN operations.suppliers AS suppliers USING (supplier_id)
WHERE stock.quantity_on_hand < stock.reorder_level AND stores.closed_on IS NULL;

COMMENT ON VIEW sales.daily_store_revenue IS
    'Revenue of each store on each calendar day, cancelled orders left out. A refund counts on the day of its order.';
COMMENT ON COLUMN sales.daily_store_revenue.business_date IS 'Calendar day in the time zone of the store.';
COMMENT ON COLUMN sales.daily_store_revenue.gross_revenue IS 'EUR without VAT, after discounts, before refunds.';
COMMENT ON COLUMN sales.daily_store_revenue.net_revenue IS 'EUR without VAT: gross revenue less refunded amount.';
COMMENT ON VIEW operations.reorder_list IS
    'Ingredients of which an open store holds less than its reorder level at the last count.';
COMMENT ON COLUMN operations.reorder_list.missing_quantity IS 'What lacks to the reorder level, in the measure of the ingredient.';
