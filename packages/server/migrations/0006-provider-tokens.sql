-- Provider tokens that all processes share and that outlive them.
create table provider_tokens (
  name text primary key,
  sealed bytea not null,
  issued_at timestamptz not null
);
