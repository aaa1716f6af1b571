-- Who changed or sent what: a row is written in the transaction of the change that it tells of.
create table audit (
  workspace_id uuid not null references workspaces,
  -- UUIDv7 of the moment `at`: the key is also the order in time.
  id uuid not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('console', 'secret', 'campaign')),
  actor_id text not null,
  actor_name text not null,
  action text not null,
  method text not null,
  path text not null,
  resource_kind text not null,
  resource_id text,
  message_id uuid,
  -- Names out of the contract; a value never stands here.
  fields text[] not null,
  status smallint not null,
  request_id text not null,
  address text not null,
  primary key (workspace_id, id)
);
create index audit_by_resource on audit (resource_id) where resource_id is not null;
create index audit_by_message on audit (message_id) where message_id is not null;

-- Rows are added, and deleted once their time is over; nothing else, whoever asks.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('carillon.audit_retention', true) = 'on' then
    return null;
  end if;
  raise exception 'The audit is only added to.';
end
$$;
create trigger audit_is_only_added_to before update or delete or truncate on audit
  for each statement execute function refuse_audit_change();
