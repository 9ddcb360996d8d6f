CREATE SEQUENCE order_numbers;
CREATE SEQUENCE payment_numbers;
CREATE SEQUENCE transaction_numbers;

-- What a person queries: amounts in major units with the currency's decimals, timestamptz,
-- jsonb, and the words of the platform surface. Every view joins currencies, so none of them
-- takes an update.
CREATE SCHEMA billing;

CREATE FUNCTION billing.major(amount bigint, exponent bigint) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT round(amount / (10::numeric ^ exponent), exponent::int) $$;

CREATE FUNCTION billing.instant(micros bigint) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT 'epoch'::timestamptz + micros * interval '1 microsecond' $$;

-- "ORD-00000042"
CREATE FUNCTION billing.order_number(number bigint) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT 'ORD-' || lpad(number::text, greatest(8, length(number::text)), '0') $$;

-- A customer's JSON may hold what jsonb cannot (1e999999, \u0000): such a value is shown as
-- one string, and the rows beside it stay readable.
CREATE FUNCTION billing.readable(document json) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE
  AS $$
BEGIN
  RETURN document::jsonb;
EXCEPTION WHEN data_exception THEN
  RETURN to_jsonb(document::text);
END $$;

CREATE VIEW billing.orders AS
SELECT o.id, o.number, billing.order_number(o.number) AS order_number,
       o.user_id, o.tenant_id, o.status, o.closing IS NOT NULL AS closing, o.currency,
       billing.major(o.total, c.exponent) AS total_amount,
       billing.major(o.live, c.exponent) AS live_amount,
       billing.major(o.captured, c.exponent) AS captured_amount,
       billing.major(o.refunded, c.exponent) AS refunded_amount,
       billing.readable(o.shipping_address) AS shipping_address,
       billing.readable(o.billing_address) AS billing_address,
       o.notes,
       billing.instant(o.created_at) AS created_at,
       billing.instant(o.updated_at) AS updated_at
FROM public.orders o JOIN public.currencies c ON c.code = o.currency;

CREATE VIEW billing.order_items AS
SELECT i.id, i.order_id, i.position, i.product_id, i.quantity, o.currency,
       billing.major(i.unit_price, c.exponent) AS unit_price,
       billing.major(i.total, c.exponent) AS total_price,
       billing.instant(o.created_at) AS created_at
FROM public.order_items i
JOIN public.orders o ON o.id = i.order_id
JOIN public.currencies c ON c.code = o.currency;

CREATE VIEW billing.payments AS
SELECT p.id, p.number, p.order_id,
       billing.order_number(o.number) AS order_number,
       p.user_id, p.tenant_id, p.kind, p.gateway AS payment_method, p.currency,
       billing.major(p.amount, c.exponent) AS amount,
       CASE
         WHEN p.state = 'succeeded' AND p.captured > 0 AND p.refunded = p.captured
           THEN 'refunded'
         WHEN p.state = 'succeeded' THEN 'completed'
         WHEN p.state IN ('requires_action', 'authorized') THEN 'processing'
         ELSE p.state
       END AS status,
       p.state,
       billing.major(p.captured, c.exponent) AS captured_amount,
       billing.major(p.refunded, c.exponent) AS refunded_amount,
       billing.major(p.refunding, c.exponent) AS refunding_amount,
       p.gateway_payment_id,
       p.gateway_charge_id AS gateway_transaction_id,
       billing.readable(p.gateway_response) AS gateway_response,
       p.decline_reason, p.decline_code, p.pending_operation,
       p.conflicted <> 0 AS conflicted,
       p.description,
       billing.readable(p.metadata) AS metadata,
       billing.instant(p.processed_at) AS processed_at,
       billing.instant(p.created_at) AS created_at,
       billing.instant(p.updated_at) AS updated_at
FROM public.payments p
JOIN public.currencies c ON c.code = p.currency
LEFT JOIN public.orders o ON o.id = p.order_id;

CREATE VIEW billing.transactions AS
SELECT t.id, t.number, t.payment_id, p.number AS payment_number, t.refund_id,
       t.type AS transaction_type, t.currency,
       billing.major(t.amount, c.exponent) AS amount,
       t.status, t.gateway_transaction_id,
       billing.readable(t.gateway_response) AS gateway_response,
       t.failure_reason,
       billing.instant(t.processed_at) AS processed_at,
       billing.instant(t.created_at) AS created_at
FROM public.transactions t
JOIN public.payments p ON p.id = t.payment_id
JOIN public.currencies c ON c.code = t.currency;
