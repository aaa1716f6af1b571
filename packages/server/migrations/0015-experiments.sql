-- One comparison of variants: of one message, or of one message of a campaign over all its runs. Its id is what
-- people are divided by, so they keep their variant as long as it stays.
create table experiments (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  -- Seconds from the first send to the decision; null when no rule decides.
  decide_after_seconds int,
  -- Decided once, and then for everybody who was given no variant yet: the place of the winner among the variants,
  -- why it won, and what was known at that moment.
  winner smallint,
  reason text,
  evidence jsonb,
  decided_at timestamptz,
  created_at timestamptz not null default now()
);
create index experiments_to_decide on experiments (id) where decide_after_seconds is not null and decided_at is null;

-- The variants as they were resolved: a template that is saved anew changes nothing that was accepted.
alter table messages add column experiment_id uuid references experiments, add column experiment jsonb;
create index messages_by_experiment on messages (experiment_id) where experiment_id is not null;

alter table campaign_messages add column experiment_id uuid, add column experiment jsonb;

-- Everybody in a batch is given the same: 0 to 7 a variant, 8 to 15 the winner for everybody left (8 plus its place),
-- -1 waits for the winner, -2 the control group; null where there is no experiment.
alter table batches add column variant smallint;
-- The same, of whoever was given a variant.
alter table deliveries add column variant smallint;

-- Summed in the transaction that writes the deliveries, like delivery_counts.
create table variant_counts (
  message_seq bigint not null,
  variant smallint not null,
  outcome text not null,
  shard smallint not null,
  n int not null,
  primary key (message_seq, variant, outcome, shard)
) with (fillfactor = 50);
