-- One text for both databases: valid PostgreSQL as it stands; for SQLite the words uuid, json
-- and bigint and the mark after a table's end are replaced (src/store/migrate.cpp).
-- Money is minor units beside the row's currency; instants are microseconds UTC; JSON is kept
-- byte for byte. Every row that changes has a version; its CHECK `cas` makes an update that
-- was decided on an older version fail inside the database.

CREATE TABLE deployment (
  one bigint PRIMARY KEY CHECK (one = 1),
  id text NOT NULL,
  pinged_at bigint
) /*strict*/;

CREATE TABLE currencies (
  code text PRIMARY KEY,
  exponent bigint NOT NULL
) /*strict*/;

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE,
  user_id text NOT NULL,
  tenant_id text,
  created_at bigint NOT NULL,
  status text NOT NULL,
  status_before_refund text,
  closing text,
  currency text NOT NULL,
  total bigint NOT NULL,
  live bigint NOT NULL,
  captured bigint NOT NULL,
  refunded bigint NOT NULL,
  shipping_address json NOT NULL,
  billing_address json NOT NULL,
  notes text,
  event_sequence bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT live_ceiling CHECK (live >= 0 AND live <= total),
  CONSTRAINT order_capture_ceiling CHECK (captured >= 0 AND captured <= live),
  CONSTRAINT order_refund_ceiling CHECK (refunded >= 0 AND refunded <= captured)
) /*strict*/;
CREATE INDEX orders_of_user ON orders (user_id, id);

CREATE TABLE order_items (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  position bigint NOT NULL,
  product_id text NOT NULL,
  product_id_is_number bigint NOT NULL,
  quantity bigint NOT NULL,
  unit_price bigint NOT NULL,
  total bigint NOT NULL,
  CONSTRAINT items_in_order UNIQUE (order_id, position),
  CONSTRAINT item_positive CHECK (quantity > 0 AND unit_price >= 0 AND total >= 0)
) /*strict*/;

CREATE TABLE payments (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE,
  kind text NOT NULL,
  order_id uuid REFERENCES orders (id),
  user_id text NOT NULL,
  tenant_id text,
  created_at bigint NOT NULL,
  gateway text NOT NULL,
  capture_method text NOT NULL,
  state text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL,
  captured bigint NOT NULL,
  refunded bigint NOT NULL,
  refunding bigint NOT NULL,
  description text,
  metadata json NOT NULL,
  gateway_payment_id text,
  gateway_charge_id text,
  gateway_response json,
  decline_reason text,
  decline_code text,
  decline_message text,
  action_type text,
  action_url text,
  action_client_secret text,
  pending_operation text,
  conflicted bigint NOT NULL,
  attempts bigint NOT NULL,
  event_sequence bigint NOT NULL,
  updated_at bigint NOT NULL,
  processed_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT payment_positive CHECK (amount > 0),
  CONSTRAINT capture_ceiling CHECK (captured >= 0 AND captured <= amount),
  CONSTRAINT refund_ceiling
    CHECK (refunded >= 0 AND refunding >= 0 AND refunded + refunding <= captured)
) /*strict*/;
CREATE INDEX payments_of_order ON payments (order_id);
CREATE INDEX payments_of_user ON payments (user_id, id);
CREATE UNIQUE INDEX payments_at_gateway ON payments (gateway, gateway_payment_id);

CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments (id),
  transaction_id uuid NOT NULL UNIQUE,
  created_by text NOT NULL,
  created_at bigint NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL,
  reason text NOT NULL,
  status text NOT NULL,
  gateway_refund_id text,
  failure_reason text,
  updated_at bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT refunds_at_gateway UNIQUE (payment_id, gateway_refund_id),
  CONSTRAINT refund_positive CHECK (amount > 0)
) /*strict*/;

CREATE TABLE transactions (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE,
  payment_id uuid NOT NULL REFERENCES payments (id),
  refund_id uuid REFERENCES refunds (id),
  type text NOT NULL,
  created_at bigint NOT NULL,
  status text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL,
  gateway_transaction_id text,
  gateway_response json,
  failure_reason text,
  processed_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT transaction_positive CHECK (amount > 0)
) /*strict*/;
CREATE INDEX transactions_of_payment ON transactions (payment_id, id);

CREATE TABLE ledger_entries (
  id uuid PRIMARY KEY,
  transaction_id uuid NOT NULL REFERENCES transactions (id),
  movement text NOT NULL,
  side text NOT NULL,
  account text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL,
  created_at bigint NOT NULL,
  CONSTRAINT posted_once UNIQUE (transaction_id, movement, side),
  CONSTRAINT entry_positive CHECK (amount > 0)
) /*strict*/;

CREATE TABLE attempts (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments (id),
  refund_id uuid REFERENCES refunds (id),
  operation text NOT NULL,
  gateway text NOT NULL,
  gateway_key text NOT NULL UNIQUE,
  request_method text NOT NULL,
  request_path text NOT NULL,
  request_version text NOT NULL,
  request_body text NOT NULL,
  state_before text NOT NULL,
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
CREATE INDEX attempts_of_payment ON attempts (payment_id);
CREATE UNIQUE INDEX one_open_attempt ON attempts (payment_id)
  WHERE status = 'open' AND operation <> 'refund';
CREATE UNIQUE INDEX one_open_refund_attempt ON attempts (refund_id) WHERE status = 'open';
CREATE INDEX attempts_due ON attempts (next_check_at) WHERE status = 'open';

CREATE TABLE records (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE,
  request_hash text NOT NULL,
  created_at bigint NOT NULL,
  state text NOT NULL,
  attempt_id uuid REFERENCES attempts (id),
  reply_status bigint,
  reply_headers text,
  reply_body text,
  expires_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
CREATE INDEX records_expiring ON records (expires_at) WHERE state <> 'open';

CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  gateway text NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  received_at bigint NOT NULL,
  status text NOT NULL,
  note text NOT NULL,
  tries bigint NOT NULL,
  next_try_at bigint NOT NULL,
  applied_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0),
  CONSTRAINT webhook_received_once UNIQUE (gateway, event_id)
) /*strict*/;
CREATE INDEX webhooks_due ON webhooks (next_try_at) WHERE status IN ('pending', 'waiting');

CREATE TABLE events (
  id uuid PRIMARY KEY,
  aggregate text NOT NULL,
  aggregate_id uuid NOT NULL,
  sequence bigint NOT NULL,
  type text NOT NULL,
  payload json NOT NULL,
  occurred_at bigint NOT NULL,
  CONSTRAINT event_sequence_once UNIQUE (aggregate, aggregate_id, sequence)
) /*strict*/;
