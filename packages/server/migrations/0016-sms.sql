-- What providers tell of their own accord on a connection that dispatch keeps open; 80-feedback takes it from here.
-- A receipt may come before its delivery is recorded, and waits.
create table provider_reports (
  id bigint generated always as identity primary key,
  app_id uuid not null references apps on delete cascade,
  platform text not null,
  kind text not null check (kind in ('receipt', 'inbound')),
  data jsonb not null,
  at timestamptz not null,
  due_at timestamptz not null
);
create index provider_reports_due on provider_reports (due_at);

-- A receipt names the provider's id and nothing of ours.
create index deliveries_by_sms_id on deliveries (provider_id) where platform = 'sms' and provider_id is not null;

create table inbound_messages (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  app_id uuid not null references apps on delete cascade,
  -- Null where the provider names none; else it comes once, however often it is told.
  provider_id text,
  sender text not null,
  recipient text not null,
  text text not null,
  kind text not null check (kind in ('stop', 'start', 'help', 'other')),
  subscription_id uuid,
  user_id uuid references users on delete cascade,
  at timestamptz not null,
  unique (app_id, provider_id)
);
create index inbound_messages_by_workspace on inbound_messages (workspace_id, id desc);
create index inbound_messages_by_user on inbound_messages (user_id) where user_id is not null;
create index inbound_messages_by_sender on inbound_messages (app_id, sender, at);

-- An answer to what somebody wrote: it reaches them although they have just unsubscribed.
alter table messages add column is_reply boolean not null default false;

-- The provider's code, where it says why.
alter table interactions add column detail text;

-- Typed addresses, and the number that somebody writes from.
create index if not exists subscriptions_by_address on subscriptions (app_id, platform, token)
  where platform in ('email', 'sms');

-- Somebody's STOP changes something, and what is answered to it is a send.
alter table audit drop constraint audit_actor_kind_check,
  add constraint audit_actor_kind_check check (actor_kind in ('console', 'secret', 'campaign', 'person'));
