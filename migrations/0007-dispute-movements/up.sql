ALTER TABLE disputes ADD COLUMN withdrawn_amount bigint NOT NULL DEFAULT 0
  CONSTRAINT withdrawn_not_negative CHECK (withdrawn_amount >= 0);
ALTER TABLE disputes ADD COLUMN movements bigint NOT NULL DEFAULT 0;
UPDATE disputes
SET withdrawn_amount = CASE WHEN reinstated = 0 THEN amount ELSE 0 END,
    movements = CASE WHEN reinstated = 0 THEN 1 ELSE 2 END
WHERE withdrawn <> 0;
