create table messages (
  id uuid primary key,
  -- The short name of a message in deliveries and batches, and half of every delivery id.
  seq bigint generated always as identity unique,
  workspace_id uuid not null references workspaces,
  app_id uuid not null references apps,
  channel text not null,
  audience jsonb not null,
  content jsonb not null,
  overrides jsonb not null default '{}',
  variables jsonb not null default '{}',
  template_id uuid,
  template_version int,
  category text not null,
  priority text not null,
  collapse_id text,
  metadata jsonb not null default '{}',
  dry_run boolean not null default false,
  start_at timestamptz not null,
  expires_at timestamptz not null,
  -- How long a provider may keep it for a device that is away; 0 is now or never.
  ttl_seconds int,
  max_attempts int not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  paused_at timestamptz,
  cancelled_at timestamptz,
  -- Freezing the audience walks keys upwards; this is where it goes on. frozen_at ends it.
  freeze_position jsonb not null default '{}',
  frozen_at timestamptz,
  targeted int not null default 0,
  estimated int not null default 0
);
create index messages_by_workspace on messages (workspace_id, id desc);
create index messages_to_freeze on messages (start_at) where frozen_at is null;

create table batches (
  id bigint generated always as identity primary key,
  message_seq bigint not null references messages (seq),
  app_id uuid not null,
  platform text not null,
  environment text not null,
  priority smallint not null,
  -- Parallel arrays, one entry per recipient; emptied when the batch closes.
  ordinals int[] not null,
  subscription_ids uuid[] not null,
  -- Whom the message was meant for, null where it was meant for the device.
  user_ids uuid[] not null,
  size int not null,
  -- The checkpoint: entries before it have ended or moved to a retry batch.
  done int not null default 0,
  -- Entries after the checkpoint that may be on the wire now.
  in_flight int not null default 0,
  attempt int not null default 1,
  due_at timestamptz not null,
  -- Why these entries are here again: how they fail if they end now.
  last_failure text,
  last_code text,
  lease_until timestamptz,
  owner text,
  -- Grows with every claim; a worker that lost its lease cannot write.
  fence bigint not null default 0,
  closed_at timestamptz
);
create index batches_open on batches (priority, due_at, id) where closed_at is null;
create index batches_by_message on batches (message_seq);

create table deliveries (
  message_seq bigint not null,
  ordinal int not null,
  subscription_id uuid,
  user_id uuid,
  platform text,
  outcome text not null check (outcome in ('sent', 'failed', 'excluded')),
  reason text not null,
  provider_status smallint,
  provider_code text,
  provider_id text,
  detail text,
  attempts smallint not null,
  at timestamptz not null,
  primary key (message_seq, ordinal)
);
-- "Why did this not arrive?" starts from a person.
create index deliveries_by_user on deliveries (user_id, message_seq) where user_id is not null;

-- Summed in the transaction that writes the deliveries, so the two always agree. Shards keep workers apart.
create table delivery_counts (
  message_seq bigint not null,
  platform text not null,
  outcome text not null,
  reason text not null,
  shard smallint not null,
  n int not null,
  primary key (message_seq, platform, outcome, reason, shard)
) with (fillfactor = 50);

-- One row per provider lane that is in trouble or being watched.
create table lanes (
  app_id uuid not null references apps on delete cascade,
  platform text not null,
  environment text not null,
  blocked_until timestamptz,
  -- A credential that was saved after this moment deserves a new try.
  blocked_at timestamptz,
  block_reason text,
  block_detail text,
  blocks int not null default 0,
  -- The present round of the mass-retire guard.
  round_started_at timestamptz not null default now(),
  round_answers int not null default 0,
  round_accepted int not null default 0,
  round_dead int not null default 0,
  primary key (app_id, platform, environment)
);

create table interactions (
  message_seq bigint not null,
  ordinal int not null,
  type text not null,
  action_id text not null default '',
  url text,
  at timestamptz not null,
  primary key (message_seq, ordinal, type, action_id)
);

create table interaction_counts (
  message_seq bigint not null,
  type text not null,
  n int not null,
  primary key (message_seq, type)
);
