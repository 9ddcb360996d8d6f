-- When to look whether a pending order has expired; NULL: never.
ALTER TABLE orders ADD COLUMN expiry_check_at bigint;
UPDATE orders SET expiry_check_at = created_at + 259200000000 WHERE status = 'pending';
CREATE INDEX orders_expiring ON orders (expiry_check_at) WHERE status = 'pending';
