-- What is not active is the smaller part, and is asked for on its own: suspects to decide over, and what one
-- lane retired since its round began.
create index subscriptions_by_status on subscriptions (app_id, status, status_at) where status <> 'active';
