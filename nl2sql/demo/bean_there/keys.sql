-- Foreign keys, checked in bulk after the load, and an index on each referring column that no primary key leads with.

ALTER TABLE operations.stores ADD FOREIGN KEY (region_id) REFERENCES operations.regions;
ALTER TABLE operations.store_targets ADD FOREIGN KEY (store_id) REFERENCES operations.stores;
ALTER TABLE operations.employees ADD FOREIGN KEY (store_id) REFERENCES operations.stores;
ALTER TABLE operations.shifts ADD FOREIGN KEY (employee_id) REFERENCES operations.employees;
ALTER TABLE operations.ingredients ADD FOREIGN KEY (supplier_id) REFERENCES operations.suppliers;
ALTER TABLE operations.stock_levels
    ADD FOREIGN KEY (store_id) REFERENCES operations.stores,
    ADD FOREIGN KEY (ingredient_id) REFERENCES operations.ingredients;
ALTER TABLE operations.deliveries
    ADD FOREIGN KEY (supplier_id) REFERENCES operations.suppliers,
    ADD FOREIGN KEY (store_id) REFERENCES operations.stores;
ALTER TABLE operations.delivery_items
    ADD FOREIGN KEY (delivery_id) REFERENCES operations.deliveries,
    ADD FOREIGN KEY (ingredient_id) REFERENCES operations.ingredients;
ALTER TABLE operations.equipment ADD FOREIGN KEY (store_id) REFERENCES operations.stores;
ALTER TABLE operations.maintenance_visits ADD FOREIGN KEY (equipment_id) REFERENCES operations.equipment;
ALTER TABLE operations.recipes
    ADD FOREIGN KEY (product_id) REFERENCES sales.products,
    ADD FOREIGN KEY (ingredient_id) REFERENCES operations.ingredients;
ALTER TABLE sales.products ADD FOREIGN KEY (category_id) REFERENCES sales.categories;
ALTER TABLE sales.loyalty_accounts
    ADD FOREIGN KEY (customer_id) REFERENCES sales.customers,
    ADD FOREIGN KEY (loyalty_tier_id) REFERENCES sales.loyalty_tiers;
ALTER TABLE sales.orders
    ADD FOREIGN KEY (store_id) REFERENCES operations.stores,
    ADD FOREIGN KEY (customer_id) REFERENCES sales.customers,
    ADD FOREIGN KEY (employee_id) REFERENCES operations.employees,
    ADD FOREIGN KEY (promotion_id) REFERENCES sales.promotions;
ALTER TABLE sales.order_items
    ADD FOREIGN KEY (order_id) REFERENCES sales.orders,
    ADD FOREIGN KEY (product_id) REFERENCES sales.products;
ALTER TABLE sales.payments ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE sales.refunds ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE sales.reviews ADD FOREIGN KEY (order_item_id) REFERENCES sales.order_items;

CREATE INDEX ON operations.stores (region_id);
CREATE INDEX ON operations.employees (store_id);
CREATE INDEX ON operations.shifts (employee_id);
CREATE INDEX ON operations.ingredients (supplier_id);
CREATE INDEX ON operations.stock_levels (ingredient_id);
CREATE INDEX ON operations.deliveries (supplier_id);
CREATE INDEX ON operations.deliveries (store_id);
CREATE INDEX ON operations.delivery_items (ingredient_id);
CREATE INDEX ON operations.equipment (store_id);
CREATE INDEX ON operations.maintenance_visits (equipment_id);
CREATE INDEX ON operations.recipes (ingredient_id);
CREATE INDEX ON sales.products (category_id);
CREATE INDEX ON sales.loyalty_accounts (loyalty_tier_id);
CREATE INDEX ON sales.orders (store_id);
CREATE INDEX ON sales.orders (customer_id);
CREATE INDEX ON sales.orders (employee_id);
CREATE INDEX ON sales.orders (promotion_id);
CREATE INDEX ON sales.orders (placed_at);
CREATE INDEX ON sales.order_items (order_id);
CREATE INDEX ON sales.order_items (product_id);
CREATE INDEX ON sales.payments (order_id);
CREATE INDEX ON sales.refunds (order_id);
