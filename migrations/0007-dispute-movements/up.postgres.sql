-- As before; the withdrawn amount is kept.
CREATE OR REPLACE VIEW billing.disputes AS
SELECT d.id, d.payment_id, p.number AS payment_number, p.user_id, p.tenant_id,
       d.transaction_id, d.gateway, d.gateway_dispute_id, d.stage, d.status, d.currency,
       billing.major(d.amount, c.exponent) AS amount,
       billing.major(d.withdrawn_amount, c.exponent) AS withdrawn_amount,
       d.reason,
       billing.instant(d.evidence_due_by) AS evidence_due_by,
       billing.instant(d.closed_at) AS closed_at,
       billing.instant(d.created_at) AS created_at,
       billing.instant(d.updated_at) AS updated_at
FROM public.disputes d
JOIN public.payments p ON p.id = d.payment_id
JOIN public.currencies c ON c.code = d.currency;
