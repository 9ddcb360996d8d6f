ALTER TABLE subscriptions ADD COLUMN cancel_at bigint;
CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id);
