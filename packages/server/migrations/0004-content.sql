create table templates (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  version int not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, name)
);

create table template_versions (
  template_id uuid not null references templates on delete cascade,
  version int not null,
  content jsonb not null,
  overrides jsonb not null,
  created_at timestamptz not null default now(),
  primary key (template_id, version)
);
