\set person random(1, 2000)
\set number random(1, 9000000000000000000)
BEGIN;
SELECT message FROM seen WHERE channel = 1 AND external_id = 'cm_' || :number;
SELECT id, newest, body FROM visitor WHERE external_id = 'user_' || :person;
SELECT contact FROM identity WHERE channel = 1 AND address = 'user_' || :person;
SELECT id, name, body FROM contact WHERE id = :person;
UPDATE contact SET last_seen = now() WHERE id = :person;
UPDATE identity SET last_seen = now() WHERE channel = 1 AND address = 'user_' || :person;
UPDATE conversation SET positions = positions + 1, inbound = inbound + 1, last_at = now(), preview = 'lorem ipsum dolor sit amet consectetur' WHERE id = :person RETURNING positions AS position \gset
INSERT INTO message (conversation, position, at, body) VALUES (:person, :position, now(), '{"direction":"inbound","sender":{"kind":"contact","name":"Visitor"},"from":"user","to":"channel","content":{"type":"text","text":"lorem ipsum dolor sit amet consectetur adipiscing elit sed do"},"delivery":"delivered","source":"customer"}') RETURNING id AS message \gset
INSERT INTO seen VALUES (1, 'cm_' || :number, :message, now());
INSERT INTO event (at, body) VALUES (now(), '{"kind":"message.created","conversation":1,"message":1}');
UPDATE visitor SET newest = newest + 1, last_seen = now() WHERE id = :person RETURNING newest \gset
INSERT INTO visitor_timeline VALUES (:person, :newest, :message);
INSERT INTO event (at, body) VALUES (now(), '{"kind":"visitor.timeline","visitor":1,"newest":1}');
COMMIT;
