create table apps (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  category text,
  icon text,
  status text not null default 'unpublished' check (status in ('published', 'unpublished')),
  publishable_key text not null unique,
  identity_required boolean not null default false,
  identity_key bytea,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);

create table credentials (
  app_id uuid not null references apps on delete cascade,
  platform text not null check (platform in ('apns', 'fcm', 'webpush', 'wns')),
  sealed bytea not null,
  sealed_with text not null,
  masked jsonb not null,
  -- Changes with every save, so that open lanes notice.
  revision uuid not null,
  expires_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (app_id, platform)
);
