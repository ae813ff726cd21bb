-- What the data owner says about tables and columns: units, currency, meaning of codes. Names that speak carry none.

COMMENT ON TABLE operations.regions IS 'Sales regions: groups of stores under one regional manager.';
COMMENT ON COLUMN operations.regions.name IS 'Name of the region as used in all reports.';

COMMENT ON TABLE operations.stores IS 'Coffee shops, open and closed. One row for each address the chain has run.';
COMMENT ON COLUMN operations.stores.name IS 'Name on the shop front; unique in the chain.';
COMMENT ON COLUMN operations.stores.country_code IS 'ISO 3166-1 alpha-2 code of the country.';
COMMENT ON COLUMN operations.stores.time_zone IS 'IANA time zone; business days and opening hours are local.';
COMMENT ON COLUMN operations.stores.closed_on IS 'First day without trade; NULL while the store is open.';
COMMENT ON COLUMN operations.stores.seats IS 'Seats indoors. The terrace is not counted.';

COMMENT ON TABLE operations.store_targets IS 'Net revenue each store is expected to reach in a calendar month.';
COMMENT ON COLUMN operations.store_targets.month IS 'First day of the month the target is for.';
COMMENT ON COLUMN operations.store_targets.revenue_target IS 'Net revenue to reach, in EUR without VAT.';

COMMENT ON TABLE operations.employees IS 'People on the payroll of a store, present and former.';
COMMENT ON COLUMN operations.employees.store_id IS 'Store the person works in; transfers are booked as a new employment.';
COMMENT ON COLUMN operations.employees.job_title IS 'Store manager, Shift lead, Barista or Trainee (first three months).';
COMMENT ON COLUMN operations.employees.hourly_wage IS 'Gross wage in EUR for an hour worked, at present or at leaving.';
COMMENT ON COLUMN operations.employees.left_on IS 'Last day of employment; NULL while employed.';

COMMENT ON TABLE operations.shifts IS 'Planned shifts of employees. Four a day in each open store: two early, two late.';
COMMENT ON COLUMN operations.shifts.starts_at IS 'Planned start.';
COMMENT ON COLUMN operations.shifts.ends_at IS 'Planned end.';
COMMENT ON COLUMN operations.shifts.break_minutes IS 'Unpaid break in minutes.';
COMMENT ON COLUMN operations.shifts.attendance IS 'worked, sick (reported ill) or no_show. Only worked shifts are paid.';

COMMENT ON TABLE operations.suppliers IS 'Companies that ingredients are bought from.';
COMMENT ON COLUMN operations.suppliers.lead_time_days IS 'Agreed days from order to delivery.';
COMMENT ON COLUMN operations.suppliers.is_organic IS 'True when the supplier holds the EU organic certificate.';

COMMENT ON TABLE operations.ingredients IS 'What products are made of and packed in, each bought from one supplier.';
COMMENT ON COLUMN operations.ingredients.measure IS 'Unit of quantities and costs: kg, l (litre) or piece.';
COMMENT ON COLUMN operations.ingredients.unit_cost IS 'Present purchase price for one unit of measure, EUR without VAT.';
COMMENT ON COLUMN operations.ingredients.shelf_life_days IS 'Days it keeps after receipt; NULL when it does not spoil.';

COMMENT ON TABLE operations.recipes IS 'Amount of each ingredient that goes into one sold unit of a product.';
COMMENT ON COLUMN operations.recipes.quantity IS 'Amount for one unit sold, in the measure of the ingredient.';

COMMENT ON TABLE operations.stock_levels IS 'Stock of each ingredient in each store at the last count.';
COMMENT ON COLUMN operations.stock_levels.quantity_on_hand IS 'Counted amount, in the measure of the ingredient.';
COMMENT ON COLUMN operations.stock_levels.reorder_level IS 'Below this amount the store has to order.';

COMMENT ON TABLE operations.deliveries IS 'Orders of a store at a supplier, and when they came.';
COMMENT ON COLUMN operations.deliveries.expected_on IS 'Day the supplier promised.';
COMMENT ON COLUMN operations.deliveries.received_on IS 'Day it arrived, late when after expected_on; NULL while under way.';
COMMENT ON COLUMN operations.deliveries.status IS 'in_transit, received, or rejected (sent back at the door).';

COMMENT ON TABLE operations.delivery_items IS 'Ingredients within a delivery.';
COMMENT ON COLUMN operations.delivery_items.quantity IS 'Delivered amount, in the measure of the ingredient.';
COMMENT ON COLUMN operations.delivery_items.unit_cost IS 'Price paid for one unit of measure then, EUR without VAT.';

COMMENT ON TABLE operations.equipment IS 'Machines that stand in the stores.';
COMMENT ON COLUMN operations.equipment.purchase_price IS 'EUR without VAT.';
COMMENT ON COLUMN operations.equipment.warranty_ends_on IS 'Last day of warranty; NULL for second-hand machines.';

COMMENT ON TABLE operations.maintenance_visits IS 'Visits of a technician to a machine, planned or after a fault.';
COMMENT ON COLUMN operations.maintenance_visits.visit_cost IS 'Invoice of the technician, EUR without VAT; 0 under warranty.';
COMMENT ON COLUMN operations.maintenance_visits.downtime_hours IS 'Opening hours the machine stood still.';
COMMENT ON COLUMN operations.maintenance_visits.fault IS 'What was broken; NULL for planned service.';

COMMENT ON TABLE sales.categories IS 'Sections of the menu.';
COMMENT ON COLUMN sales.categories.name IS 'Heading on the menu board.';

COMMENT ON TABLE sales.products IS 'Everything on the menu, now or in the past.';
COMMENT ON COLUMN sales.products.unit_price IS 'Present list price in EUR without VAT.';
COMMENT ON COLUMN sales.products.calories IS 'Kilocalories in one unit; NULL when it is not food or drink.';
COMMENT ON COLUMN sales.products.launched_on IS 'First day of sale.';
COMMENT ON COLUMN sales.products.discontinued_on IS 'First day off the menu; NULL while on sale.';

COMMENT ON TABLE sales.promotions IS 'Campaigns that take a percentage off a whole order.';
COMMENT ON COLUMN sales.promotions.discount_percent IS 'Percentage taken off the order.';
COMMENT ON COLUMN sales.promotions.ends_on IS 'Last day, inclusive.';

COMMENT ON TABLE sales.customers IS 'People who registered at the till, in the app or on the web. Walk-in guests are not here.';
COMMENT ON COLUMN sales.customers.email IS 'NULL when not given or erased on request.';
COMMENT ON COLUMN sales.customers.city IS 'City the customer lives in, as given at registration.';
COMMENT ON COLUMN sales.customers.signed_up_on IS 'Day of registration.';
COMMENT ON COLUMN sales.customers.acquired_through IS 'store, app, friend (invited) or web; NULL when unknown.';
COMMENT ON COLUMN sales.customers.marketing_consent IS 'True when the customer agreed to receive offers.';

COMMENT ON TABLE sales.loyalty_tiers IS 'Levels of the loyalty programme.';
COMMENT ON COLUMN sales.loyalty_tiers.points_per_euro IS 'Points earned for each whole euro paid.';
COMMENT ON COLUMN sales.loyalty_tiers.minimum_points IS 'Points earned in all that lift an account into the tier.';

COMMENT ON TABLE sales.loyalty_accounts IS 'Membership of a customer in the loyalty programme, at most one each.';
COMMENT ON COLUMN sales.loyalty_accounts.points_earned IS 'Points earned since joining.';
COMMENT ON COLUMN sales.loyalty_accounts.points_balance IS 'Points not yet spent.';
COMMENT ON COLUMN sales.loyalty_accounts.closed_on IS 'Day the membership ended; NULL while it runs.';

COMMENT ON TABLE sales.orders IS 'One row for each order at the counter, in the app or through a courier.';
COMMENT ON COLUMN sales.orders.customer_id IS 'NULL for walk-in guests who did not identify themselves.';
COMMENT ON COLUMN sales.orders.employee_id IS 'Who took the order; NULL for orders from the app.';
COMMENT ON COLUMN sales.orders.placed_at IS 'When the guest placed the order.';
COMMENT ON COLUMN sales.orders.channel IS 'counter, app (ordered ahead) or courier (brought to the door).';
COMMENT ON COLUMN sales.orders.status IS
    'completed, cancelled (before payment, no revenue) or refunded (paid back in full). A completed order may have a partial refund.';
COMMENT ON COLUMN sales.orders.discount_amount IS 'EUR without VAT taken off by the promotion, 0 without one.';
COMMENT ON COLUMN sales.orders.total_amount IS 'EUR without VAT to pay: sum of the lines less the discount. Tips are not in it.';
COMMENT ON COLUMN sales.orders.tip_amount IS 'EUR; NULL when the channel does not ask for a tip.';

COMMENT ON TABLE sales.order_items IS 'Lines of an order, one for each product in it.';
COMMENT ON COLUMN sales.order_items.quantity IS 'Units of the product sold.';
COMMENT ON COLUMN sales.order_items.unit_price IS 'List price on the day of the order, EUR without VAT.';
COMMENT ON COLUMN sales.order_items.line_amount IS 'quantity times unit_price in EUR without VAT, before the discount of the order.';

COMMENT ON TABLE sales.payments IS 'Payments received for orders. A few orders are paid in two parts; cancelled ones have none.';
COMMENT ON COLUMN sales.payments.method IS 'card, cash, mobile_wallet or gift_card.';
COMMENT ON COLUMN sales.payments.amount IS 'EUR without VAT and without tip.';

COMMENT ON TABLE sales.refunds IS 'Money given back to guests, whole orders or a part.';
COMMENT ON COLUMN sales.refunds.amount IS 'EUR without VAT.';
COMMENT ON COLUMN sales.refunds.reason IS 'wrong_item, quality, too_slow or goodwill; NULL when the till did not ask.';

COMMENT ON TABLE sales.reviews IS 'Ratings that registered customers gave a product they had ordered.';
COMMENT ON COLUMN sales.reviews.order_item_id IS 'The line of the order that is rated; its product and order say the rest.';
COMMENT ON COLUMN sales.reviews.rating IS '1 (poor) to 5 (excellent).';
COMMENT ON COLUMN sales.reviews.comment IS 'Free text of the customer; NULL when only stars were given.';
