-- A block is of the credential that was refused: one that was entered since deserves a new try, whatever the clocks of
-- workers and database say.
alter table lanes drop column blocked_at;
alter table lanes add column blocked_revision uuid;
