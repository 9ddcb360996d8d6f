ALTER TABLE checkout_sessions DROP COLUMN gateway_session_id;
ALTER TABLE checkout_sessions DROP COLUMN gateway_url;
