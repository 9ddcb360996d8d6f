-- Who is alive. Leases are in microseconds of the database's own clock (SQLite: of the machine's
-- steady clock, which begins anew with the machine).
CREATE TABLE instances (
  id uuid PRIMARY KEY,
  started_at bigint NOT NULL,
  renewed_at bigint NOT NULL,
  lease_until bigint NOT NULL
) /*strict*/;

-- Who sent a call last; NULL: not known.
ALTER TABLE gateway_calls ADD COLUMN instance_id uuid;
CREATE INDEX calls_of_instance ON gateway_calls (instance_id) WHERE status = 'open';
