-- What is sent when something happens elsewhere and a call tells of it.
create table event_definitions (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  app_id uuid not null references apps on delete cascade,
  name text not null,
  description text,
  type text,
  -- Only an active one sends.
  status text not null default 'inactive' check (status in ('active', 'inactive')),
  -- Texts of its own, or those of a template in its newest version.
  content jsonb,
  template_id uuid,
  overrides jsonb not null default '{}',
  variables jsonb not null default '[]',
  ttl_seconds int,
  -- Grows with each change.
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, name),
  check ((content is null) <> (template_id is null))
);

-- Each invocation is one message; this says of which definition, and of which version of it.
create table event_invocations (
  message_id uuid primary key references messages,
  event_definition_id uuid not null references event_definitions on delete cascade,
  version int not null
);
create index event_invocations_by_definition on event_invocations (event_definition_id, message_id desc);
