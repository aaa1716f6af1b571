create table campaigns (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  name text not null,
  type text,
  segment_ids uuid[] not null,
  exclude_segment_ids uuid[] not null default '{}',
  zone text not null,
  -- Wall-clock times in the zone. As text, because drivers read a timestamp without a zone in their own.
  start_local text not null,
  end_local text not null,
  start_at timestamptz not null,
  end_at timestamptz not null,
  -- Taken from the settings once: a change of the setting is for campaigns that come after it.
  evaluate_every_seconds int not null,
  launched_at timestamptz,
  paused_at timestamptz,
  terminated_at timestamptz,
  -- Whoever was met before this moment may be met again by a message that does not repeat.
  renewed_at timestamptz not null,
  -- Null: there is nothing to look for any more, or not yet.
  next_evaluation_at timestamptz,
  evaluated_at timestamptz,
  -- What the last evaluation could not do, as places in the campaign.
  problems jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (workspace_id, name)
);
create index campaigns_by_workspace on campaigns (workspace_id, id desc);
create index campaigns_to_evaluate on campaigns (next_evaluation_at) where next_evaluation_at is not null;

create table campaign_messages (
  id uuid primary key,
  campaign_id uuid not null references campaigns on delete cascade,
  place int not null,
  app_id uuid not null references apps,
  channel text not null,
  name text not null,
  content jsonb,
  template_id uuid,
  variables jsonb not null default '{}',
  overrides jsonb not null default '{}',
  repeat jsonb
);
create index campaign_messages_by_campaign on campaign_messages (campaign_id, place);
create index campaign_messages_by_app on campaign_messages (app_id);

-- Whom a campaign's message has met, and in the round that began when. Written in the transaction that freezes the
-- person into a batch: that is what makes it once, whatever crashes and however many schedulers there are.
create table campaign_members (
  campaign_message_id uuid not null references campaign_messages on delete cascade,
  user_id uuid not null,
  round_at timestamptz not null,
  primary key (campaign_message_id, user_id)
);

-- A run: one message of a campaign to those who were not met yet. `campaign_round_at` begins its round.
alter table messages
  add column campaign_id uuid references campaigns on delete set null,
  add column campaign_message_id uuid,
  add column campaign_round_at timestamptz;
create index messages_by_campaign on messages (campaign_id, id desc) where campaign_id is not null;

-- People who changed, or whose devices did, while a campaign may have been waiting for them. Rows are only ever
-- added and taken, so a change that commits while an earlier one is looked at is looked at again.
create table changed_users (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  user_id uuid not null
);
