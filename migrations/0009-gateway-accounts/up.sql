-- Written once per gateway, and never changed.
CREATE TABLE gateway_accounts (
  gateway text PRIMARY KEY,
  account_id text NOT NULL,
  live bigint,
  learned_at bigint NOT NULL
) /*strict*/;
