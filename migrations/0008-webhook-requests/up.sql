-- The whole request of a webhook is kept: a gateway may sign its path, query and fields too.
ALTER TABLE webhooks ADD COLUMN method text NOT NULL DEFAULT 'POST';
ALTER TABLE webhooks ADD COLUMN path text NOT NULL DEFAULT '';
ALTER TABLE webhooks ADD COLUMN query text NOT NULL DEFAULT '';
ALTER TABLE webhooks ADD COLUMN headers text NOT NULL DEFAULT '';
