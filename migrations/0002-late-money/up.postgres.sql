-- Money that is owed back, for people who query.
CREATE VIEW billing.overpayments AS
SELECT p.overpayment_id AS id, p.id AS payment_id, p.number AS payment_number, p.order_id,
       p.user_id, p.tenant_id, p.gateway, p.currency,
       billing.major(p.overpaid, c.exponent) AS amount,
       billing.major(p.overpaid_refunded, c.exponent) AS refunded_amount,
       billing.major(p.overpaid_refunding, c.exponent) AS refunding_amount,
       p.overpayment_reason AS reason,
       CASE
         WHEN p.overpaid_refunding > 0 THEN 'refunding'
         WHEN p.overpaid_refunded = p.overpaid THEN 'refunded'
         ELSE 'open'
       END AS status,
       billing.instant(p.overpaid_at) AS created_at
FROM public.payments p
JOIN public.currencies c ON c.code = p.currency
WHERE p.overpayment_id IS NOT NULL;
