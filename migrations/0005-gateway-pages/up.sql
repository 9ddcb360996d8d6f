ALTER TABLE payments ADD COLUMN gateway_checkout_id text;
ALTER TABLE subscriptions ADD COLUMN gateway_checkout_id text;
