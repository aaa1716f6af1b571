-- Every change of a pass takes the next number: devices ask what has changed since the one they know.
create sequence pass_tags;

-- What a person's pass says. Its subscription says whose it is and in which app; the token there is the serial number.
-- The columns that tell of a version are null until a message has made the first one.
create table passes (
  subscription_id uuid primary key references subscriptions on delete cascade,
  serial text not null unique,
  -- As the certificate had it when this version was made; a pass under another type is another pass to Wallet.
  pass_type_id text,
  -- pass.json without what identifies the pass, and with the images as ids.
  content jsonb,
  -- The deliveries that made the last versions, newest first: one that comes again, after whatever came between,
  -- changes nothing.
  delivery_ids uuid[] not null default '{}',
  tag bigint,
  -- Whole seconds, and later with every version: HTTP dates tell no two versions of one second apart.
  changed_at timestamptz,
  created_at timestamptz not null default now()
);

create table pass_registrations (
  -- The identifier that Wallet chose on this device.
  device_id text not null,
  subscription_id uuid not null references passes on delete cascade,
  pass_type_id text not null,
  push_token text not null,
  -- Also a device that is new for a pass hears of it once more: it may have changed while it was being added.
  tag bigint not null,
  registered_at timestamptz not null,
  primary key (subscription_id, device_id)
);
create index pass_registrations_by_device on pass_registrations (device_id, pass_type_id);
create index pass_registrations_by_token on pass_registrations (pass_type_id, push_token);

create table pass_images (
  id uuid primary key,
  workspace_id uuid not null references workspaces,
  sha256 bytea not null,
  png bytea not null,
  width int not null,
  height int not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, sha256)
);
