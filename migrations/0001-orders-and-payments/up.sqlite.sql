-- What sequences are on PostgreSQL.
CREATE TABLE numbers (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;
INSERT INTO numbers (name, last) VALUES ('order', 0), ('payment', 0), ('transaction', 0);
