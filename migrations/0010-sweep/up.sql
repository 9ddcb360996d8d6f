-- How far each of a gateway's lists was read. Whoever walks one has it until leased_until.
CREATE TABLE sweep_points (
  gateway text NOT NULL,
  list text NOT NULL,
  walked_to bigint,
  walking_to bigint,
  next_page text,
  leased_until bigint NOT NULL,
  PRIMARY KEY (gateway, list)
) /*strict*/;
