-- As before; the page's name comes from what it collects.
CREATE OR REPLACE VIEW billing.checkout_sessions AS
SELECT k.id, k.user_id, k.tenant_id, k.mode, k.status, k.payment_id, k.subscription_id,
       COALESCE(p.currency, s.currency) AS currency,
       billing.major(COALESCE(p.amount, s.price), c.exponent) AS amount,
       k.success_url, k.cancel_url,
       COALESCE(p.gateway_checkout_id, s.gateway_checkout_id) AS gateway_session_id,
       billing.instant(k.expires_at) AS expires_at,
       billing.instant(k.created_at) AS created_at,
       billing.instant(k.updated_at) AS updated_at
FROM public.checkout_sessions k
LEFT JOIN public.payments p ON p.id = k.payment_id
LEFT JOIN public.subscriptions s ON s.id = k.subscription_id
LEFT JOIN public.currencies c ON c.code = COALESCE(p.currency, s.currency);

ALTER TABLE public.checkout_sessions DROP COLUMN gateway_session_id;
ALTER TABLE public.checkout_sessions DROP COLUMN gateway_url;
