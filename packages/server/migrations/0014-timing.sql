-- When each person's turn is (null: the start, for all), and the most that is handed over within a minute.
alter table messages
  add column delivery jsonb,
  add column pace_per_minute int;
alter table campaign_messages
  add column delivery jsonb,
  add column pace_per_minute int;

-- How often somebody opened something, by the day and hour that their clock showed. Days that are too old to count
-- go when the person opens again.
create table open_hours (
  user_id uuid not null references users on delete cascade,
  day date not null,
  hour smallint not null check (hour between 0 and 23),
  n int not null,
  primary key (user_id, day, hour)
);

-- Windows of paced messages that were on the wire within the last minute, or are.
create table paced_windows (
  -- The message, or the campaign's message for all its runs.
  pace_key uuid not null,
  batch_id bigint not null,
  -- The claim under which it was opened.
  fence bigint not null,
  n int not null,
  opened_at timestamptz not null,
  done_at timestamptz
);
create index paced_windows_by_key on paced_windows (pace_key);
create index paced_windows_done on paced_windows (done_at);
