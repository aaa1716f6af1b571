-- A third reason: the secret was sealed with another SECRET_KEY.
alter table webhooks drop constraint webhooks_disabled_reason_check;
alter table webhooks add constraint webhooks_disabled_reason_check
  check (disabled_reason in ('gone', 'failing', 'secret_unreadable'));
