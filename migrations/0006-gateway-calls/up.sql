-- Attempts and errands become one thing: gateway calls. Keys, bytes and metadata stay as they
-- were sent. The old tables go, so that what an older program still writes fails.

CREATE TABLE gateway_calls (
  id uuid PRIMARY KEY,
  operation text NOT NULL,
  subject_id uuid NOT NULL,
  refund_id uuid REFERENCES refunds (id),
  gateway text NOT NULL,
  gateway_key text NOT NULL UNIQUE,
  request_method text NOT NULL,
  request_path text NOT NULL,
  request_version text NOT NULL,
  request_body text NOT NULL,
  target text,
  on_page bigint NOT NULL,
  currency text,
  amount bigint,
  state_before text NOT NULL,
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
  in_review bigint NOT NULL,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;

INSERT INTO gateway_calls
SELECT id, operation, payment_id, refund_id, gateway, gateway_key, request_method, request_path,
       request_version, request_body, NULL,
       CASE WHEN request_path LIKE '/v1/checkout/sessions%' THEN 1 ELSE 0 END,
       currency, amount, state_before, 'system', created_at, status, unknown,
       every_send_not_executed, sends, first_sent_at, deadline, next_check_at, checks,
       decline_reason, decline_code, decline_message, record_key, closed_at, in_review, version
FROM attempts;
INSERT INTO gateway_calls
SELECT id, operation, subject_id, NULL, gateway, gateway_key, request_method, request_path,
       request_version, request_body, NULL,
       CASE WHEN request_path LIKE '/v1/checkout/sessions%' THEN 1 ELSE 0 END,
       NULL, NULL, 'pending', requested_by, created_at, status, unknown,
       every_send_not_executed, sends, first_sent_at, deadline, next_check_at, checks,
       decline_reason, decline_code, decline_message, record_key, closed_at, 0, version
FROM errands;

CREATE INDEX calls_of_subject ON gateway_calls (subject_id);
CREATE UNIQUE INDEX one_open_call ON gateway_calls (subject_id)
  WHERE status = 'open' AND operation <> 'refund';
CREATE UNIQUE INDEX one_open_refund_call ON gateway_calls (refund_id) WHERE status = 'open';
CREATE INDEX calls_due ON gateway_calls (next_check_at) WHERE status = 'open';

ALTER TABLE records ADD COLUMN call_id uuid REFERENCES gateway_calls (id);
UPDATE records SET call_id = COALESCE(attempt_id, errand_id);
ALTER TABLE records DROP COLUMN attempt_id;
ALTER TABLE records DROP COLUMN errand_id;

-- What a person must look at need not be about a payment any more.
CREATE TABLE reviews (
  id uuid PRIMARY KEY,
  payment_id uuid REFERENCES payments (id),
  subscription_id uuid REFERENCES subscriptions (id),
  call_id uuid REFERENCES gateway_calls (id),
  user_id text,
  tenant_id text,
  kind text NOT NULL,
  operation text,
  gateway text NOT NULL,
  gateway_object_id text,
  currency text,
  amount bigint,
  detail text NOT NULL,
  created_at bigint NOT NULL,
  status text NOT NULL,
  outcome text,
  gateway_transaction_id text,
  note text,
  resolved_by text,
  resolved_at bigint,
  version bigint NOT NULL CONSTRAINT cas CHECK (version > 0)
) /*strict*/;
INSERT INTO reviews
SELECT r.id, r.payment_id, NULL, r.attempt_id, p.user_id, p.tenant_id, r.kind, r.operation,
       r.gateway, NULL, r.currency, r.amount, r.detail, r.created_at, r.status, r.outcome,
       r.gateway_transaction_id, r.note, r.resolved_by, r.resolved_at, r.version
FROM reconciliations r JOIN payments p ON p.id = r.payment_id;
DROP TABLE reconciliations;
CREATE UNIQUE INDEX one_review ON reviews (call_id);
CREATE UNIQUE INDEX one_open_conflict ON reviews (payment_id)
  WHERE kind = 'conflict' AND status = 'open';
CREATE UNIQUE INDEX one_review_of_object ON reviews (gateway, kind, gateway_object_id);
CREATE INDEX reviews_of_payment ON reviews (payment_id);

DROP TABLE attempts;
DROP TABLE errands;

ALTER TABLE payments RENAME COLUMN attempts TO calls;
ALTER TABLE customers RENAME COLUMN errands TO calls;
ALTER TABLE payment_methods RENAME COLUMN errands TO calls;
ALTER TABLE subscriptions RENAME COLUMN errands TO calls;
