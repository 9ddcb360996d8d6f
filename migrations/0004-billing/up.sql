-- Customers and their saved methods at a gateway, plans, subscriptions that a gateway bills,
-- checkout sessions, what was bought, disputes, and the calls that make all this at a gateway.

-- One of our users at one gateway.
CREATE TABLE customers (
  id uuid PRIMARY KEY,
  gateway text NOT NULL,
  user_id text NOT NULL,
  tenant_id text,
  created_at bigint NOT NULL,
  email text,
  name text,
  gateway_customer_id text,
  default_method_id uuid,
  errands bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE UNIQUE INDEX customers_of_user ON customers (gateway, COALESCE(tenant_id, ''), user_id);
CREATE UNIQUE INDEX customers_at_gateway ON customers (gateway, gateway_customer_id);

CREATE TABLE payment_methods (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers (id),
  user_id text NOT NULL,
  tenant_id text,
  gateway text NOT NULL,
  created_at bigint NOT NULL,
  gateway_payment_method_id text NOT NULL,
  gateway_customer_id text NOT NULL,
  status text NOT NULL,
  type text NOT NULL,
  brand text,
  last4 text,
  exp_month bigint,
  exp_year bigint,
  errands bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE INDEX payment_methods_of_customer ON payment_methods (customer_id, id);
CREATE UNIQUE INDEX payment_methods_at_gateway
  ON payment_methods (gateway, gateway_payment_method_id) WHERE status = 'attached';

CREATE TABLE plans (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  currency text NOT NULL,
  price bigint NOT NULL,
  billing_cycle text NOT NULL,
  interval_count bigint NOT NULL,
  trial_days bigint NOT NULL,
  features json NOT NULL,
  gateway_price_id text UNIQUE,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
INSERT INTO plans (id, code, name, currency, price, billing_cycle, interval_count, trial_days,
                   features, gateway_price_id, created_at, updated_at, version)
VALUES
  ('019aebce-f400-7000-8000-000000000001', 'basic', 'Basic', 'USD', 1900, 'monthly', 1, 0,
   '["Predicciones basicas", "cursos intro"]',
   'price_1Sb3k64dPtEGmLmpeAdxvmIu', 1764892800000000, 1764892800000000, 1),
  ('019aebce-f400-7000-8000-000000000002', 'pro', 'Pro', 'USD', 4900, 'monthly', 1, 0,
   '["Predicciones avanzadas", "todos los cursos"]',
   'price_1Sb3k64dPtEGmLmpm5n5bbJH', 1764892800000000, 1764892800000000, 1),
  ('019aebce-f400-7000-8000-000000000003', 'premium', 'Premium', 'USD', 9900, 'monthly', 1, 0,
   '["Todo", "soporte prioritario"]',
   'price_1Sb3k74dPtEGmLmpHfLpUkvQ', 1764892800000000, 1764892800000000, 1);

CREATE TABLE subscriptions (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  tenant_id text,
  gateway text NOT NULL,
  customer_id uuid NOT NULL REFERENCES customers (id),
  created_at bigint NOT NULL,
  gateway_customer_id text NOT NULL,
  plan_id uuid REFERENCES plans (id),
  plan_code text,
  gateway_price_id text NOT NULL,
  gateway_subscription_id text,
  gateway_item_id text,
  gateway_payment_method_id text,
  status text NOT NULL,
  currency text,
  price bigint,
  billing_cycle text,
  interval_count bigint NOT NULL,
  trial_days bigint NOT NULL,
  current_period_start bigint,
  current_period_end bigint,
  trial_end bigint,
  cancel_at_period_end bigint NOT NULL,
  cancelled_at bigint,
  ended_at bigint,
  action_type text,
  action_url text,
  action_client_secret text,
  client_secret text,
  latest_invoice_id text,
  metadata json NOT NULL,
  errands bigint NOT NULL,
  event_sequence bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE INDEX subscriptions_of_user ON subscriptions (user_id, id);
CREATE UNIQUE INDEX subscriptions_at_gateway
  ON subscriptions (gateway, gateway_subscription_id);

-- Their history; it only grows.
CREATE TABLE subscription_status_changes (
  id uuid PRIMARY KEY,
  subscription_id uuid NOT NULL REFERENCES subscriptions (id),
  status_before text,
  status_after text NOT NULL,
  reason text NOT NULL,
  changed_by text NOT NULL,
  created_at bigint NOT NULL
) /*strict*/;
CREATE INDEX status_changes_of_subscription ON subscription_status_changes (subscription_id, id);

-- What is not of a subscription, course, invoice or dispute has NULL or zero in all of these.
ALTER TABLE payments ADD COLUMN subscription_id uuid REFERENCES subscriptions (id);
ALTER TABLE payments ADD COLUMN course_id text;
ALTER TABLE payments ADD COLUMN gateway_customer_id text;
ALTER TABLE payments ADD COLUMN gateway_payment_method_id text;
ALTER TABLE payments ADD COLUMN gateway_invoice_id text;
ALTER TABLE payments ADD COLUMN client_secret text;
ALTER TABLE payments ADD COLUMN disputed bigint NOT NULL DEFAULT 0
  CONSTRAINT disputed_positive CHECK (disputed >= 0);
ALTER TABLE payments ADD COLUMN dispute_status text;
CREATE INDEX payments_of_subscription ON payments (subscription_id, id)
  WHERE subscription_id IS NOT NULL;
CREATE UNIQUE INDEX payments_of_invoice ON payments (gateway, gateway_invoice_id)
  WHERE gateway_invoice_id IS NOT NULL;

-- Of one payment or one subscription.
CREATE TABLE checkout_sessions (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  tenant_id text,
  mode text NOT NULL,
  payment_id uuid UNIQUE REFERENCES payments (id),
  subscription_id uuid UNIQUE REFERENCES subscriptions (id),
  success_url text NOT NULL,
  cancel_url text NOT NULL,
  created_at bigint NOT NULL,
  status text NOT NULL,
  expires_at bigint NOT NULL,
  next_check_at bigint NOT NULL,
  gateway_session_id text,
  gateway_url text,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE INDEX checkout_sessions_due ON checkout_sessions (next_check_at) WHERE status = 'open';

-- What a payment or a subscription (the source) grants, or granted.
CREATE TABLE entitlements (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL UNIQUE,
  user_id text NOT NULL,
  tenant_id text,
  kind text NOT NULL,
  reference text NOT NULL,
  payment_id uuid REFERENCES payments (id),
  subscription_id uuid REFERENCES subscriptions (id),
  currency text,
  amount bigint,
  granted_at bigint NOT NULL,
  revoked_at bigint
) /*strict*/;
CREATE INDEX entitlements_of_user ON entitlements (user_id, id);

CREATE TABLE disputes (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments (id),
  gateway text NOT NULL,
  gateway_dispute_id text NOT NULL,
  created_at bigint NOT NULL,
  transaction_id uuid REFERENCES transactions (id),
  stage text NOT NULL,
  status text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CONSTRAINT dispute_not_negative CHECK (amount >= 0),
  reason text NOT NULL,
  evidence_due_by bigint,
  withdrawn bigint NOT NULL,
  reinstated bigint NOT NULL,
  updated_at bigint NOT NULL,
  closed_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT disputes_at_gateway UNIQUE (gateway, gateway_dispute_id)
) /*strict*/;
CREATE INDEX disputes_of_payment ON disputes (payment_id, id);

-- Calls that change something at a gateway and are not about one payment. The subject is a
-- customer, a payment method or a subscription.
CREATE TABLE errands (
  id uuid PRIMARY KEY,
  operation text NOT NULL,
  subject_id uuid NOT NULL,
  gateway text NOT NULL,
  gateway_key text NOT NULL UNIQUE,
  request_method text NOT NULL,
  request_path text NOT NULL,
  request_version text NOT NULL,
  request_body text NOT NULL,
  requested_by text NOT NULL,
  created_at bigint NOT NULL,
  status text NOT NULL,
  unknown bigint NOT NULL,
  every_send_not_executed bigint NOT NULL,
  sends bigint NOT NULL,
  first_sent_at bigint NOT NULL,
  deadline bigint NOT NULL,
  next_check_at bigint NOT NULL,
  checks bigint NOT NULL,
  decline_reason text,
  decline_code text,
  decline_message text,
  record_key text,
  closed_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE UNIQUE INDEX one_open_errand ON errands (subject_id) WHERE status = 'open';
CREATE INDEX errands_due ON errands (next_check_at) WHERE status = 'open';

ALTER TABLE records ADD COLUMN errand_id uuid REFERENCES errands (id);
