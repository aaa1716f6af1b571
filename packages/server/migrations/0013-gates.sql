-- What a message is about. `marketing` and `transactional` are there without a row; a row replaces them.
create table topics (
  workspace_id uuid not null references workspaces,
  name text not null,
  title text not null,
  description text,
  purpose text not null,
  model text not null check (model in ('opt_out', 'opt_in')),
  -- Null: all.
  channels text[],
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, name)
);

create table caps (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  most int not null,
  span jsonb not null,
  scope jsonb not null,
  counts_transactional boolean not null,
  binds_transactional boolean not null,
  displaces boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (workspace_id, name)
);

-- What each person was sent, or is about to be, as far as caps count it: one row, so that one guarded write takes a
-- use. No index but the key and room in the pages, so that an update touches nothing else; no reference to users,
-- which would lock their rows once per person.
create table cap_uses (
  user_id uuid primary key,
  workspace_id uuid not null,
  -- One line per use, as gates/use-lines.ts writes it: there is one for every send, and jsonb costs twice as much.
  uses text not null,
  version bigint not null,
  -- From then on no cap looks at it.
  kept_until timestamptz not null
) with (fillfactor = 70);

-- Grows with every change of what the gates go by; each window reads it with its message.
alter table workspaces add column rules_revision int not null default 0;
alter table messages
  add column topic text,
  add column tags text[] not null default '{}';
alter table campaign_messages
  add column topic text,
  add column tags text[] not null default '{}';
