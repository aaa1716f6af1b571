create table workspaces (
  id uuid primary key,
  name text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table api_keys (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  prefix text not null,
  -- SHA-256 of the key: keys are 160 random bits, so a slow hash would buy nothing.
  hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz
);

create table console_sessions (
  hash bytea primary key,
  workspace_id uuid not null references workspaces,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table sign_in_tokens (
  hash bytea primary key,
  workspace_id uuid not null references workspaces,
  expires_at timestamptz not null
);

create table idempotency_keys (
  workspace_id uuid not null references workspaces,
  credential text not null,
  route text not null,
  key text not null,
  fingerprint bytea not null,
  -- Written in the transaction of the request itself: a row without an answer is never committed.
  status int not null,
  body text not null,
  request_id text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, credential, route, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
