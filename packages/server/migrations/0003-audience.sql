create table attributes (
  workspace_id uuid not null references workspaces,
  name text not null,
  type text not null check (type in ('string', 'number', 'boolean', 'date', 'picklist')),
  required boolean not null default false,
  choices text[],
  created_at timestamptz not null default now(),
  primary key (workspace_id, name)
);

create table users (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  attributes jsonb not null default '{}',
  identifiers jsonb not null default '{}',
  timezone text,
  locale text,
  consents jsonb not null default '{}',
  -- The normalised value of the workspace's reconciliation key. Not unique: after the key is replaced by an
  -- attribute whose values repeat, the repeats are ambiguous and match nothing.
  reconciliation_value text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index users_by_workspace on users (workspace_id, id);
create index users_by_reconciliation on users (workspace_id, reconciliation_value)
  where reconciliation_value is not null;

create table user_identifiers (
  workspace_id uuid not null references workspaces,
  name text not null,
  value text not null,
  user_id uuid not null references users on delete cascade,
  primary key (workspace_id, name, value)
);
create index user_identifiers_by_user on user_identifiers (user_id);

create table subscriptions (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  app_id uuid not null references apps on delete cascade,
  platform text not null check (platform in ('apns', 'fcm', 'webpush', 'wns')),
  environment text not null default 'production' check (environment in ('production', 'sandbox')),
  token text not null,
  -- SHA-256 of the token: endpoints are longer than an index row may be.
  token_hash bytea not null,
  target text check (target in ('token', 'fid')),
  keys jsonb,
  device_id text,
  device_name text,
  user_id uuid references users on delete set null,
  reconciliation_value text,
  status text not null default 'active' check (status in ('active', 'unsubscribed', 'retired', 'suspect')),
  status_reason text,
  status_at timestamptz,
  permission text not null default 'granted' check (permission in ('granted', 'provisional', 'denied', 'default')),
  locale text,
  timezone text,
  app_version text,
  -- The last time that the device itself registered: a provider's "dead since" before it is stale news.
  registered_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (app_id, platform, token_hash)
);
create unique index subscriptions_by_device on subscriptions (app_id, platform, device_id)
  where device_id is not null;
create index subscriptions_by_app on subscriptions (app_id, id);
-- With the app: a person's devices in one app are found without statistics to choose by.
create index subscriptions_by_user on subscriptions (user_id, app_id) where user_id is not null;
create index subscriptions_by_workspace on subscriptions (workspace_id, id);
create index subscriptions_unlinked on subscriptions (workspace_id, reconciliation_value)
  where reconciliation_value is not null;

create table segments (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  conditions jsonb not null,
  definition text not null,
  evaluation text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, name)
);

create table jobs (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  kind text not null,
  status text not null default 'running' check (status in ('running', 'finished', 'failed')),
  input jsonb not null,
  -- Where the job goes on after a crash; its meaning is the job's own.
  position jsonb not null default '{}',
  done int not null default 0,
  total int not null default 0,
  errors int not null default 0,
  result jsonb,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index jobs_running on jobs (created_at) where status = 'running';
