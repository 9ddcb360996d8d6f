-- What people may query of all this. Secrets of the browser are in none of these views, and
-- every one joins another table, so none takes an update.

-- As before, with what is new at the end.
CREATE OR REPLACE VIEW billing.payments AS
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
       billing.instant(p.updated_at) AS updated_at,
       p.subscription_id, p.course_id, p.gateway_customer_id, p.gateway_payment_method_id,
       p.gateway_invoice_id,
       billing.major(p.disputed, c.exponent) AS disputed_amount,
       p.dispute_status
FROM public.payments p
JOIN public.currencies c ON c.code = p.currency
LEFT JOIN public.orders o ON o.id = p.order_id;

CREATE VIEW billing.customers AS
SELECT k.id, k.user_id, k.tenant_id, k.gateway, k.gateway_customer_id, k.email, k.name,
       m.gateway_payment_method_id AS default_payment_method_id,
       billing.instant(k.created_at) AS created_at,
       billing.instant(k.updated_at) AS updated_at
FROM public.customers k
LEFT JOIN public.payment_methods m ON m.id = k.default_method_id;

CREATE VIEW billing.payment_methods AS
SELECT m.id, m.customer_id, m.user_id, m.tenant_id, m.gateway, m.gateway_payment_method_id,
       m.gateway_customer_id, m.status, m.type, m.brand, m.last4, m.exp_month, m.exp_year,
       k.default_method_id IS NOT DISTINCT FROM m.id AS is_default,
       billing.instant(m.created_at) AS created_at,
       billing.instant(m.updated_at) AS updated_at
FROM public.payment_methods m JOIN public.customers k ON k.id = m.customer_id;

CREATE VIEW billing.plans AS
SELECT p.id, p.code, p.name, p.currency,
       billing.major(p.price, c.exponent) AS price,
       p.billing_cycle, p.interval_count, p.trial_days,
       billing.readable(p.features) AS features,
       p.gateway_price_id,
       billing.instant(p.created_at) AS created_at,
       billing.instant(p.updated_at) AS updated_at
FROM public.plans p JOIN public.currencies c ON c.code = p.currency;

CREATE VIEW billing.subscriptions AS
SELECT s.id, s.user_id, s.tenant_id, s.plan_id, s.plan_code AS plan, s.status, s.gateway,
       s.customer_id, s.gateway_customer_id, s.gateway_subscription_id, s.gateway_price_id,
       s.gateway_payment_method_id, s.currency,
       billing.major(s.price, c.exponent) AS price,
       s.billing_cycle, s.interval_count, s.trial_days,
       billing.instant(s.current_period_start) AS current_period_start,
       billing.instant(s.current_period_end) AS current_period_end,
       billing.instant(s.trial_end) AS trial_end,
       s.cancel_at_period_end <> 0 AS cancel_at_period_end,
       billing.instant(s.cancelled_at) AS cancelled_at,
       billing.instant(s.ended_at) AS ended_at,
       s.latest_invoice_id AS gateway_invoice_id,
       billing.readable(s.metadata) AS metadata,
       billing.instant(s.created_at) AS created_at,
       billing.instant(s.updated_at) AS updated_at
FROM public.subscriptions s LEFT JOIN public.currencies c ON c.code = s.currency;

CREATE VIEW billing.subscription_status_changes AS
SELECT h.id, h.subscription_id, s.user_id, s.tenant_id,
       h.status_before AS previous_status, h.status_after AS new_status,
       h.reason, h.changed_by,
       billing.instant(h.created_at) AS created_at
FROM public.subscription_status_changes h
JOIN public.subscriptions s ON s.id = h.subscription_id;

CREATE VIEW billing.checkout_sessions AS
SELECT k.id, k.user_id, k.tenant_id, k.mode, k.status, k.payment_id, k.subscription_id,
       COALESCE(p.currency, s.currency) AS currency,
       billing.major(COALESCE(p.amount, s.price), c.exponent) AS amount,
       k.success_url, k.cancel_url, k.gateway_session_id,
       billing.instant(k.expires_at) AS expires_at,
       billing.instant(k.created_at) AS created_at,
       billing.instant(k.updated_at) AS updated_at
FROM public.checkout_sessions k
LEFT JOIN public.payments p ON p.id = k.payment_id
LEFT JOIN public.subscriptions s ON s.id = k.subscription_id
LEFT JOIN public.currencies c ON c.code = COALESCE(p.currency, s.currency);

CREATE VIEW billing.entitlements AS
SELECT e.id, e.user_id, e.tenant_id, e.kind, e.reference, e.payment_id, e.subscription_id,
       e.currency,
       billing.major(e.amount, c.exponent) AS amount,
       e.revoked_at IS NULL AS active,
       billing.instant(e.granted_at) AS granted_at,
       billing.instant(e.revoked_at) AS revoked_at
FROM public.entitlements e LEFT JOIN public.currencies c ON c.code = e.currency;

CREATE VIEW billing.disputes AS
SELECT d.id, d.payment_id, p.number AS payment_number, p.user_id, p.tenant_id,
       d.transaction_id, d.gateway, d.gateway_dispute_id, d.stage, d.status, d.currency,
       billing.major(d.amount, c.exponent) AS amount,
       billing.major(
         CASE WHEN d.withdrawn <> 0 AND d.reinstated = 0 THEN d.amount ELSE 0 END,
         c.exponent) AS withdrawn_amount,
       d.reason,
       billing.instant(d.evidence_due_by) AS evidence_due_by,
       billing.instant(d.closed_at) AS closed_at,
       billing.instant(d.created_at) AS created_at,
       billing.instant(d.updated_at) AS updated_at
FROM public.disputes d
JOIN public.payments p ON p.id = d.payment_id
JOIN public.currencies c ON c.code = d.currency;
