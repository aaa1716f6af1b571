-- The event log in two steps. Whoever changes something leaves a note of it in `event_intake`, by a trigger and in
-- the same transaction; the sequencer (85-webhooks) moves committed notes into `events` and gives them positions,
-- one sequencer at a time. So positions become visible in their order, and who has read up to one has missed nothing,
-- however late a transaction committed. A note names its rows; what they say is read when the event is shown.
create table event_intake (
  id bigint generated always as identity primary key,
  -- Null where the message says it.
  workspace_id uuid,
  type text not null,
  message_seq bigint,
  -- Recipients of the message that this is about, 250 at most.
  ordinals int[],
  data jsonb,
  at timestamptz not null default clock_timestamp()
);

create table events (
  position bigint generated always as identity primary key,
  workspace_id uuid not null references workspaces,
  type text not null,
  message_seq bigint,
  ordinals int[],
  data jsonb,
  at timestamptz not null
);
create index events_by_workspace on events (workspace_id, position);

-- One row. While every sequencer sleeps a note rings for them; while one is awake it looks by itself, since
-- PostgreSQL commits transactions that notify one after the other.
create table event_sequencer (
  only_row boolean primary key default true check (only_row),
  is_asleep boolean not null default true,
  last_position bigint not null default 0
);
insert into event_sequencer default values;

-- How far a workspace's log was purged: an offset before it has lost events.
create table event_purges (
  workspace_id uuid primary key references workspaces,
  position bigint not null
);

-- Frozen messages whose end is not in the log yet.
create table event_open_messages (message_seq bigint primary key);
insert into event_open_messages
select distinct b.message_seq from batches b join messages m on m.seq = b.message_seq
where b.closed_at is null and m.frozen_at is not null;

create function ring_sequencer() returns void language sql as $$
  select pg_notify('event_intake', '') from event_sequencer where is_asleep
$$;

create function note_message_accepted() returns trigger language plpgsql as $$
begin
  insert into event_intake (workspace_id, type, message_seq) values (new.workspace_id, 'message.accepted', new.seq);
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_accepted after insert on messages
  for each row execute function note_message_accepted();

create function note_message_cancelled() returns trigger language plpgsql as $$
begin
  insert into event_intake (workspace_id, type, message_seq) values (new.workspace_id, 'message.cancelled', new.seq);
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_cancelled after update of cancelled_at on messages
  for each row when (old.cancelled_at is null and new.cancelled_at is not null)
  execute function note_message_cancelled();

create function note_message_frozen() returns trigger language plpgsql as $$
begin
  insert into event_open_messages (message_seq) values (new.seq) on conflict do nothing;
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_frozen after update of frozen_at on messages
  for each row when (old.frozen_at is null and new.frozen_at is not null)
  execute function note_message_frozen();

-- One note per window and outcome, not one per delivery: this is on the send path.
create function note_deliveries() returns trigger language plpgsql as $$
begin
  -- A window, for which numbering the rows would cost as much again.
  if (select count(*) from added) <= 250 then
    insert into event_intake (type, message_seq, ordinals)
    select 'delivery.' || outcome, message_seq, array_agg(ordinal) from added group by message_seq, outcome;
    if found then
      perform ring_sequencer();
    end if;
    return null;
  end if;
  insert into event_intake (type, message_seq, ordinals)
  select 'delivery.' || outcome, message_seq, array_agg(ordinal order by ordinal)
  from (
    select message_seq, outcome, ordinal,
      (row_number() over (partition by message_seq, outcome order by ordinal) - 1) / 250 as part
    from added
  ) numbered
  group by message_seq, outcome, part;
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_deliveries after insert on deliveries
  referencing new table as added for each statement execute function note_deliveries();

create function note_interactions() returns trigger language plpgsql as $$
begin
  insert into event_intake (type, message_seq, ordinals, data)
  select 'interaction.' || type, message_seq, array_agg(ordinal order by ordinal, action_id),
    case when type = 'action' then jsonb_build_object('action_ids', jsonb_agg(action_id order by ordinal, action_id)) end
  from (
    select message_seq, type, ordinal, action_id,
      (row_number() over (partition by message_seq, type order by ordinal, action_id) - 1) / 250 as part
    from added
  ) numbered
  group by message_seq, type, part;
  if found then
    perform ring_sequencer();
  end if;
  return null;
end
$$;
create trigger note_interactions after insert on interactions
  referencing new table as added for each statement execute function note_interactions();

create function note_subscriptions_created() returns trigger language plpgsql as $$
begin
  insert into event_intake (workspace_id, type, data)
  select workspace_id, 'subscription.created', jsonb_build_object('app_id', app_id, 'ids', jsonb_agg(id))
  from (
    select workspace_id, app_id, id, (row_number() over (partition by app_id order by id) - 1) / 250 as part from added
  ) numbered
  group by workspace_id, app_id, part;
  if found then
    perform ring_sequencer();
  end if;
  return null;
end
$$;
create trigger note_created after insert on subscriptions
  referencing new table as added for each statement execute function note_subscriptions_created();

create function note_subscription_doubted() returns trigger language plpgsql as $$
begin
  insert into event_intake (workspace_id, type, data)
  values (new.workspace_id, 'subscription.' || new.status,
    jsonb_build_object('app_id', new.app_id, 'ids', jsonb_build_array(new.id), 'reason', new.status_reason));
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_doubted after update of status on subscriptions
  for each row when (new.status in ('retired', 'suspect') and old.status <> new.status)
  execute function note_subscription_doubted();

-- Once when the provider begins to refuse, not with every try that it refuses as well.
create function note_credential_rejected() returns trigger language plpgsql as $$
begin
  insert into event_intake (workspace_id, type, data)
  select workspace_id, 'app.credential_rejected', jsonb_build_object('app_id', new.app_id, 'platform', new.platform,
    'environment', new.environment, 'detail', new.block_detail)
  from apps where id = new.app_id;
  perform ring_sequencer();
  return null;
end
$$;
create trigger note_rejected_at_once after insert on lanes
  for each row when (new.block_reason = 'credential_rejected') execute function note_credential_rejected();
create trigger note_rejected after update of block_reason on lanes
  for each row when (new.block_reason = 'credential_rejected' and old.block_reason is distinct from new.block_reason)
  execute function note_credential_rejected();

create table webhooks (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  url text not null,
  description text,
  -- Null is every type, those to come as well.
  types text[],
  secret bytea not null,
  -- Signs beside the new one for a day after a rotation.
  old_secret bytea,
  old_secret_until timestamptz,
  enabled boolean not null,
  -- Why it was disabled by itself.
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  disabled_detail text,
  disabled_at timestamptz,
  -- Events up to here were sent at least once or wait in webhook_retries.
  position bigint not null,
  -- Null after a success.
  failing_since timestamptz,
  failures int not null default 0,
  -- Nothing is sent before: too many failures in a row, or the receiver asked for it.
  held_until timestamptz,
  last_success_at timestamptz,
  lease_until timestamptz,
  -- Grows with every claim; a worker that lost its lease cannot write.
  fence bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index webhooks_by_workspace on webhooks (workspace_id, id);

-- Events that are to be sent (again) beside the order of the log: failed ones and replays.
create table webhook_retries (
  webhook_id uuid not null references webhooks on delete cascade,
  position bigint not null,
  attempts int not null,
  first_at timestamptz not null,
  due_at timestamptz not null,
  primary key (webhook_id, position)
);
create index webhook_retries_due on webhook_retries (webhook_id, due_at, position);

create table webhook_attempts (
  id uuid primary key,
  webhook_id uuid not null references webhooks on delete cascade,
  event_id text not null,
  type text not null,
  attempt int not null,
  at timestamptz not null,
  succeeded boolean not null,
  -- Null without an answer; then `failure` says why.
  status smallint,
  failure text,
  duration_ms int not null,
  -- The first 1,024 characters of the answer.
  answer text not null,
  next_at timestamptz
);
create index webhook_attempts_by_webhook on webhook_attempts (webhook_id, id desc);
create index webhook_attempts_by_event on webhook_attempts (webhook_id, event_id, id desc);
create index webhook_attempts_by_time on webhook_attempts (at);
