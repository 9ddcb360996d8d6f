CREATE OR REPLACE VIEW billing.subscriptions AS
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
       billing.instant(s.updated_at) AS updated_at,
       billing.instant(s.cancel_at) AS cancel_at
FROM public.subscriptions s LEFT JOIN public.currencies c ON c.code = s.currency;
