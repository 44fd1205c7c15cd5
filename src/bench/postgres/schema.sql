-- What the webhook route writes, as tables: 2,000 people who have written before, one
-- conversation each.
CREATE TABLE contact (id bigint PRIMARY KEY, external_id text UNIQUE, name text, last_seen timestamptz, body jsonb);
CREATE TABLE identity (channel bigint, address text, contact bigint, last_seen timestamptz, PRIMARY KEY (channel, address));
CREATE TABLE conversation (id bigint PRIMARY KEY, contact bigint, status smallint, positions int, inbound int, last_at timestamptz, preview text, body jsonb);
CREATE INDEX conversation_by_status ON conversation (status, last_at DESC);
CREATE INDEX conversation_of_contact ON conversation (contact);
CREATE TABLE message (id bigserial PRIMARY KEY, conversation bigint, position int, at timestamptz, body jsonb);
CREATE INDEX message_of_conversation ON message (conversation, position);
CREATE TABLE seen (channel bigint, external_id text, message bigint, at timestamptz, PRIMARY KEY (channel, external_id));
CREATE TABLE event (seq bigserial PRIMARY KEY, at timestamptz, body jsonb);
CREATE TABLE visitor (id bigint PRIMARY KEY, external_id text UNIQUE, newest bigint, last_seen timestamptz, body jsonb);
CREATE TABLE visitor_timeline (visitor bigint, seq bigint, message bigint, PRIMARY KEY (visitor, seq));

INSERT INTO contact SELECT n, 'user_' || n, 'Visitor ' || n, now(), '{}' FROM generate_series(1, 2000) n;
INSERT INTO identity SELECT 1, 'user_' || n, n, now() FROM generate_series(1, 2000) n;
INSERT INTO conversation SELECT n, n, 0, 0, 0, now(), '', '{}' FROM generate_series(1, 2000) n;
INSERT INTO visitor SELECT n, 'user_' || n, 0, now(), '{}' FROM generate_series(1, 2000) n;
