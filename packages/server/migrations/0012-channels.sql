-- Email addresses, phone numbers and passes are subscriptions as devices are.
alter table credentials drop constraint credentials_platform_check,
  add constraint credentials_platform_check
    check (platform in ('apns', 'fcm', 'webpush', 'wns', 'email', 'sms', 'wallet'));
alter table subscriptions drop constraint subscriptions_platform_check,
  add constraint subscriptions_platform_check
    check (platform in ('apns', 'fcm', 'webpush', 'wns', 'email', 'sms', 'wallet'));

-- An app and channel for which everybody's address has become, or is becoming, a subscription.
create table address_books (
  app_id uuid not null,
  platform text not null,
  job_id uuid not null references jobs on delete cascade,
  primary key (app_id, platform),
  -- A channel that was given up and comes back looks at everybody again.
  foreign key (app_id, platform) references credentials on delete cascade
);

-- All messages to everybody they reach, or to each person the first in order that reaches them.
alter table campaigns add column reach text not null default 'all' check (reach in ('all', 'first'));
-- Whom a message has met, or a campaign where each person gets one of its messages.
alter table campaign_members drop constraint campaign_members_campaign_message_id_fkey;

alter table event_definitions
  add column channels text[] not null default '{push}',
  add column reach text not null default 'all' check (reach in ('all', 'first'));
