-- Money that came too late or twice, and what a person must settle.

-- The overpayment of a payment; all of it is NULL or zero for nearly every row.
ALTER TABLE payments ADD COLUMN overpayment_id uuid;
ALTER TABLE payments ADD COLUMN overpayment_reason text;
ALTER TABLE payments ADD COLUMN overpaid_at bigint;
ALTER TABLE payments ADD COLUMN overpaid bigint NOT NULL DEFAULT 0
  CONSTRAINT overpaid_positive CHECK (overpaid >= 0);
ALTER TABLE payments ADD COLUMN overpaid_refunded bigint NOT NULL DEFAULT 0
  CONSTRAINT overpaid_refunded_positive CHECK (overpaid_refunded >= 0);
ALTER TABLE payments ADD COLUMN overpaid_refunding bigint NOT NULL DEFAULT 0
  CONSTRAINT overpayment_ceiling
    CHECK (overpaid_refunding >= 0 AND overpaid_refunded + overpaid_refunding <= overpaid);
CREATE UNIQUE INDEX payments_overpaid ON payments (overpayment_id)
  WHERE overpayment_id IS NOT NULL;

ALTER TABLE refunds ADD COLUMN of_overpayment bigint NOT NULL DEFAULT 0;

-- What an attempt moves; NULL for a cancel, and for those of before.
ALTER TABLE attempts ADD COLUMN currency text;
ALTER TABLE attempts ADD COLUMN amount bigint;
ALTER TABLE attempts ADD COLUMN in_review bigint NOT NULL DEFAULT 0;

CREATE TABLE reconciliations (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payments (id),
  attempt_id uuid REFERENCES attempts (id),
  kind text NOT NULL,
  operation text,
  gateway text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL,
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
CREATE UNIQUE INDEX one_review ON reconciliations (attempt_id);
CREATE UNIQUE INDEX one_open_conflict ON reconciliations (payment_id)
  WHERE kind = 'conflict' AND status = 'open';
