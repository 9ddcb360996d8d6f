-- Rows that are updated a few times soon after they were made: a fifth of each page stays free for
-- the new versions, so that they need no new index entries (HOT), and the log holds what differs.
ALTER TABLE orders SET (fillfactor = 80);
ALTER TABLE payments SET (fillfactor = 80);
ALTER TABLE refunds SET (fillfactor = 80);
ALTER TABLE transactions SET (fillfactor = 80);
