-- The database of V1.sql as schema 3 left it: brought there by the two migrations, and nothing else done. Never edited.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));
INSERT INTO refinery_schema_history VALUES(1,'initial','2026-11-24T19:34:47.234566776Z','4702186474976986075');
INSERT INTO refinery_schema_history VALUES(2,'aside','2026-11-25T19:34:47.234566776Z','9503796579980590150');
INSERT INTO refinery_schema_history VALUES(3,'dashboard','2026-11-26T19:34:47.234566776Z','17646481182875486946');
CREATE TABLE owner (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO owner VALUES(1,1);
CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO connection VALUES('8f91fbd6-ba81-5156-8e5f-72066e99fc93','Nordvik 0','{"id":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","name":"Nordvik 0","created_at":1795548887291,"data_centre":"custom","way_in":"api-key","client_id":null,"refapp_url":"http://127.0.0.1:18080/refapp","refapp_proven_at":1795548889590,"lever_proven_at":null,"public_url":"http://127.0.0.1:18081","settings":{"trigger_stage":{"id":"4ea20428-c029-5945-b7d9-ceadbd9b7865","text":"Reference check"},"default_language":"sv","default_template":null,"acting_user":"d037bdef-40c3-56e0-a443-083ff7ee3491","poll_interval":60},"rights":{"read-user":"proven","read-posting":"proven","read-opportunity":"proven","list-webhooks":"proven","list-stages":"proven","list-users":"proven","add-opportunity-tag":"proven","remove-opportunity-tag":"proven","create-opportunity-note":"proven","delete-opportunity-note":"proven","create-opportunity":"proven","add-webhooks":"proven","list-opportunities":"missing","list-postings":"missing","list-tags":"missing","list-opportunity-notes":"missing","update-opportunity-note":"missing"},"rights_proven_at":1795548891062,"carrier":{"state":"made","opportunity":"e463bcb1-a6e5-4288-bfd4-671503082fa8","url":"http://127.0.0.1:18080/lever/us/web/candidates/e463bcb1-a6e5-4288-bfd4-671503082fa8"},"trial_note":null,"webhooks":[{"id":"f2b2784e-faff-4d61-98e5-83bc60b1b95c","event":"candidateStageChange","url":"http://127.0.0.1:18081/lever/20b61efecdbce9c2f1de4a64722944449220139de5f97ab8"},{"id":"41732b89-e285-4999-85e1-69ac8b7f50e6","event":"candidateDeleted","url":"http://127.0.0.1:18081/lever/20b61efecdbce9c2f1de4a64722944449220139de5f97ab8"}],"templates":[{"id":"vTmsuAXU1U81Ow3Gu","name":"Developers","former":[],"alive":true},{"id":"eVMqIrtA3z57KSxyF","name":"Sales","former":[],"alive":true},{"id":"hQ2wKbN7LrYc4TzPd","name":"Managers","former":[],"alive":true}],"stages":[{"id":"lead-new","text":"New lead"},{"id":"lead-reached-out","text":"Reached out"},{"id":"lead-responded","text":"Responded"},{"id":"applicant-new","text":"New applicant"},{"id":"dc2ebd4f-bd75-5cf8-90bd-669486b80ff4","text":"Recruiter screen"},{"id":"bcdea1b7-ae4b-5b72-b427-c2358f74a57e","text":"On-site interview"},{"id":"4ea20428-c029-5945-b7d9-ceadbd9b7865","text":"Reference check"},{"id":"offer","text":"Offer"}],"standing":"running","following_since":1795548891063,"pause":null,"watermark":null,"last_webhook":1795548906572,"last_update":null,"webhook_since":1795548890930,"update_since":1795548889221}');
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    repeat_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    UNIQUE (connection, repeat_key)
) STRICT;
INSERT INTO inbox VALUES(1,'8f91fbd6-ba81-5156-8e5f-72066e99fc93','df09d2cb99c99fe73dfbb86f236aeab89ec16881cf19971704b574d9f797b045',1795548891374,'{"kind":"webhook","event":"candidateStageChange","opportunity":"15566b4e-965b-4c24-a322-e8ad473432c5","to_stage":"4ea20428-c029-5945-b7d9-ceadbd9b7865","triggered_at":1795548891342}',1);
INSERT INTO inbox VALUES(2,'8f91fbd6-ba81-5156-8e5f-72066e99fc93','15d9f4faa86b3e311591e4b355ec8304b8d8bd7adf26bfd99ed6ad8cd7796ec2',1795548897488,'{"kind":"webhook","event":"candidateStageChange","opportunity":"26984893-9263-47a0-a16d-a95948aa20f2","to_stage":"4ea20428-c029-5945-b7d9-ceadbd9b7865","triggered_at":1795548897487}',1);
INSERT INTO inbox VALUES(3,'8f91fbd6-ba81-5156-8e5f-72066e99fc93','f491627a10b1b9ec82d326fd608eaea4a5f3186e79717cfa0b594c614c6c416c',1795548901539,'{"kind":"webhook","event":"candidateStageChange","opportunity":"d7510aea-3474-41e0-ab82-87123835d059","to_stage":"4ea20428-c029-5945-b7d9-ceadbd9b7865","triggered_at":1795548901522}',1);
INSERT INTO inbox VALUES(4,'8f91fbd6-ba81-5156-8e5f-72066e99fc93','3d4ed5f0e5ac1b27776035784f045be81a27364f80f4256c70553a436d437fbd',1795548906561,'{"kind":"webhook","event":"candidateStageChange","opportunity":"5dee4ff8-e1a6-4234-b892-19715b91e2f1","to_stage":"4ea20428-c029-5945-b7d9-ceadbd9b7865","triggered_at":1795548906551}',1);
INSERT INTO inbox VALUES(5,'8f91fbd6-ba81-5156-8e5f-72066e99fc93','91a1f8d579b89b97f322f7d8f98f427cceb4d3bdbb01b4ae333110cda8b300e7',1795548906572,'{"kind":"webhook","event":"candidateStageChange","opportunity":"80dc29ec-21e7-480c-98ab-2fb68e6b306a","to_stage":"4ea20428-c029-5945-b7d9-ceadbd9b7865","triggered_at":1795548906560}',1);
CREATE TABLE bell (
    connection TEXT NOT NULL,
    opportunity TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (connection, opportunity)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "check" (
    id TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    opportunity TEXT NOT NULL,
    posting TEXT,
    ordinal INTEGER NOT NULL,
    phase TEXT NOT NULL,
    status TEXT NOT NULL,
    -- 0 needs action, 1 runs, 2 is over: the dashboard's first order.
    urgency INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    -- When the engine has something to do for it; NULL at rest.
    due_at INTEGER,
    -- When its opportunity was last looked at.
    seen_at INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "check" VALUES('56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8','8f91fbd6-ba81-5156-8e5f-72066e99fc93','d7510aea-3474-41e0-ab82-87123835d059','bd026361-f1b4-50f7-9899-aa071e41985b',1,'parked','Needs attention',0,1795548901522,1795548901991,1795548931991,1795548901731,'{"id":"56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","opportunity":"d7510aea-3474-41e0-ab82-87123835d059","posting":"bd026361-f1b4-50f7-9899-aa071e41985b","ordinal":1,"entered_at":1795548901522,"phase":{"phase":"parked","reason":{"reason":"start-unknown"}},"status_since":1795548901991,"by_person":false,"result":"b5dce267-25cb-5ca8-8756-78c60e98f71e","progress":{"status":"sending","total":null,"remaining_to_submit":null,"completed":null,"declined":null,"warnings":[],"report_url":null,"candidate_url":null},"candidate":"Tove Test 2","posting_title":"Backend Developer","owner":"Jonas Ek","template":null,"coverage":"covered","lever_url":"http://127.0.0.1:18080/lever/us/web/candidates/d7510aea-3474-41e0-ab82-87123835d059","created_at":1795548901731,"active_at":1795548901991,"badges":["template-without-effect"],"written":{"tags":[],"perhaps":[],"note":null,"replaced":[]},"superseded":false,"hitch":null,"effects":1}');
INSERT INTO "check" VALUES('61ab9ce7-940f-51d2-aa39-62102237e9ac','8f91fbd6-ba81-5156-8e5f-72066e99fc93','15566b4e-965b-4c24-a322-e8ad473432c5','bd026361-f1b4-50f7-9899-aa071e41985b',1,'started','Sent',1,1795548891342,1795548891989,NULL,1795548891606,'{"id":"61ab9ce7-940f-51d2-aa39-62102237e9ac","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","opportunity":"15566b4e-965b-4c24-a322-e8ad473432c5","posting":"bd026361-f1b4-50f7-9899-aa071e41985b","ordinal":1,"entered_at":1795548891342,"phase":{"phase":"started"},"status_since":1795548891989,"by_person":false,"result":"4bf70a1d-c654-5a4c-b622-4c9d95b09903","progress":{"status":"sending","total":null,"remaining_to_submit":null,"completed":null,"declined":null,"warnings":[],"report_url":null,"candidate_url":null},"candidate":"Tove Test 0","posting_title":"Backend Developer","owner":"Jonas Ek","template":["vTmsuAXU1U81Ow3Gu","Developers"],"coverage":"unchecked","lever_url":"http://127.0.0.1:18080/lever/us/web/candidates/15566b4e-965b-4c24-a322-e8ad473432c5","created_at":1795548891606,"active_at":1795548891989,"badges":[],"written":{"tags":["sent"],"perhaps":[],"note":{"id":"8871b88a-7772-4094-b7ae-822683819e29","text":"Refapp: Sent\nReference: RL-61AB9CE7"},"replaced":[]},"superseded":false,"hitch":null,"effects":3}');
INSERT INTO "check" VALUES('a2c8cd22-0610-53e2-8653-1baf499c88da','8f91fbd6-ba81-5156-8e5f-72066e99fc93','5dee4ff8-e1a6-4234-b892-19715b91e2f1','bd026361-f1b4-50f7-9899-aa071e41985b',1,'queued','Queued',1,1795548906551,1795548906630,NULL,1795548906630,'{"id":"a2c8cd22-0610-53e2-8653-1baf499c88da","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","opportunity":"5dee4ff8-e1a6-4234-b892-19715b91e2f1","posting":"bd026361-f1b4-50f7-9899-aa071e41985b","ordinal":1,"entered_at":1795548906551,"phase":{"phase":"queued"},"status_since":1795548906630,"by_person":false,"result":"76ab7be5-919d-5e25-9e34-5921075862c1","progress":{"status":"sending","total":null,"remaining_to_submit":null,"completed":null,"declined":null,"warnings":[],"report_url":null,"candidate_url":null},"candidate":"Tove Test 3","posting_title":"Backend Developer","owner":"Jonas Ek","template":null,"coverage":"covered","lever_url":"http://127.0.0.1:18080/lever/us/web/candidates/5dee4ff8-e1a6-4234-b892-19715b91e2f1","created_at":1795548906630,"active_at":1795548906630,"badges":["template-without-effect"],"written":{"tags":[],"perhaps":[],"note":null,"replaced":[]},"superseded":false,"hitch":null,"effects":1}');
INSERT INTO "check" VALUES('c04d23a7-e202-5345-bc1f-d21bcbbd6422','8f91fbd6-ba81-5156-8e5f-72066e99fc93','80dc29ec-21e7-480c-98ab-2fb68e6b306a','bd026361-f1b4-50f7-9899-aa071e41985b',1,'queued','Queued',1,1795548906560,1795548906811,1795548936811,1795548906811,'{"id":"c04d23a7-e202-5345-bc1f-d21bcbbd6422","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","opportunity":"80dc29ec-21e7-480c-98ab-2fb68e6b306a","posting":"bd026361-f1b4-50f7-9899-aa071e41985b","ordinal":1,"entered_at":1795548906560,"phase":{"phase":"queued"},"status_since":1795548906811,"by_person":false,"result":null,"progress":{"status":"sending","total":null,"remaining_to_submit":null,"completed":null,"declined":null,"warnings":[],"report_url":null,"candidate_url":null},"candidate":"Tove Test 4","posting_title":"Backend Developer","owner":"Jonas Ek","template":null,"coverage":null,"lever_url":"http://127.0.0.1:18080/lever/us/web/candidates/80dc29ec-21e7-480c-98ab-2fb68e6b306a","created_at":1795548906811,"active_at":1795548906811,"badges":[],"written":{"tags":[],"perhaps":[],"note":null,"replaced":[]},"superseded":false,"hitch":null,"effects":0}');
INSERT INTO "check" VALUES('d7972f34-5c13-518b-88bc-06be55e404c3','8f91fbd6-ba81-5156-8e5f-72066e99fc93','26984893-9263-47a0-a16d-a95948aa20f2','bd026361-f1b4-50f7-9899-aa071e41985b',1,'parked','Needs attention',0,1795548897487,1795548897498,1795548927498,1795548897498,'{"id":"d7972f34-5c13-518b-88bc-06be55e404c3","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","opportunity":"26984893-9263-47a0-a16d-a95948aa20f2","posting":"bd026361-f1b4-50f7-9899-aa071e41985b","ordinal":1,"entered_at":1795548897487,"phase":{"phase":"parked","reason":{"reason":"no-contact"}},"status_since":1795548897498,"by_person":false,"result":null,"progress":{"status":"sending","total":null,"remaining_to_submit":null,"completed":null,"declined":null,"warnings":[],"report_url":null,"candidate_url":null},"candidate":"Tove Test 1","posting_title":"Backend Developer","owner":"Jonas Ek","template":null,"coverage":null,"lever_url":"http://127.0.0.1:18080/lever/us/web/candidates/26984893-9263-47a0-a16d-a95948aa20f2","created_at":1795548897498,"active_at":1795548897498,"badges":[],"written":{"tags":[],"perhaps":[],"note":null,"replaced":[]},"superseded":false,"hitch":null,"effects":0}');
CREATE TABLE tally (
    connection TEXT NOT NULL,
    status TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    many INTEGER NOT NULL,
    PRIMARY KEY (connection, status, urgency)
) STRICT, WITHOUT ROWID;
INSERT INTO tally VALUES('8f91fbd6-ba81-5156-8e5f-72066e99fc93','Needs attention',0,2);
INSERT INTO tally VALUES('8f91fbd6-ba81-5156-8e5f-72066e99fc93','Queued',1,2);
INSERT INTO tally VALUES('8f91fbd6-ba81-5156-8e5f-72066e99fc93','Sent',1,1);
CREATE TABLE result (
    id TEXT PRIMARY KEY,
    "check" TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO result VALUES('4bf70a1d-c654-5a4c-b622-4c9d95b09903','61ab9ce7-940f-51d2-aa39-62102237e9ac');
INSERT INTO result VALUES('76ab7be5-919d-5e25-9e34-5921075862c1','a2c8cd22-0610-53e2-8653-1baf499c88da');
INSERT INTO result VALUES('b5dce267-25cb-5ca8-8756-78c60e98f71e','56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8');
CREATE TABLE effect (
    key TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    "check" TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'confirmed', 'failed', 'unknown', 'settled')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO effect VALUES('2525c0d0eb9f2943ce66db32dcb2def1aa167e01df169a9ec2e8af89d1ef9911','8f91fbd6-ba81-5156-8e5f-72066e99fc93','a2c8cd22-0610-53e2-8653-1baf499c88da','sending',1795548906702,1795548906702,'{"key":"2525c0d0eb9f2943ce66db32dcb2def1aa167e01df169a9ec2e8af89d1ef9911","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","check":"a2c8cd22-0610-53e2-8653-1baf499c88da","kind":{"effect":"start"},"state":"sending","attempts":0,"created_at":1795548906702,"changed_at":1795548906702}');
INSERT INTO effect VALUES('3da8247da8632fbdc6dfdf2ecce1f78aa0a2c40f23866cf2e1335ae5d7991859','8f91fbd6-ba81-5156-8e5f-72066e99fc93','61ab9ce7-940f-51d2-aa39-62102237e9ac','confirmed',1795548892015,1795548892051,'{"key":"3da8247da8632fbdc6dfdf2ecce1f78aa0a2c40f23866cf2e1335ae5d7991859","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","check":"61ab9ce7-940f-51d2-aa39-62102237e9ac","kind":{"effect":"add-tag","status":"sent"},"state":"confirmed","attempts":0,"created_at":1795548892015,"changed_at":1795548892051}');
INSERT INTO effect VALUES('98f7033aedf9dc51a252487520fbba33141431ed6a672e1b3c3c6c75c4e6cab7','8f91fbd6-ba81-5156-8e5f-72066e99fc93','61ab9ce7-940f-51d2-aa39-62102237e9ac','confirmed',1795548891766,1795548891989,'{"key":"98f7033aedf9dc51a252487520fbba33141431ed6a672e1b3c3c6c75c4e6cab7","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","check":"61ab9ce7-940f-51d2-aa39-62102237e9ac","kind":{"effect":"start"},"state":"confirmed","attempts":0,"created_at":1795548891766,"changed_at":1795548891989}');
INSERT INTO effect VALUES('cf45f24107994f3ab651ad31fe06edadc81103f23dc3871d4f4a4387c22b17c9','8f91fbd6-ba81-5156-8e5f-72066e99fc93','56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8','unknown',1795548901806,1795548901991,'{"key":"cf45f24107994f3ab651ad31fe06edadc81103f23dc3871d4f4a4387c22b17c9","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","check":"56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8","kind":{"effect":"start"},"state":"unknown","attempts":0,"created_at":1795548901806,"changed_at":1795548901991}');
INSERT INTO effect VALUES('e410857e7761aacc9d67f6bee5f428e545da60d1a65848215603fcf687ef2d65','8f91fbd6-ba81-5156-8e5f-72066e99fc93','61ab9ce7-940f-51d2-aa39-62102237e9ac','confirmed',1795548892065,1795548892142,'{"key":"e410857e7761aacc9d67f6bee5f428e545da60d1a65848215603fcf687ef2d65","connection":"8f91fbd6-ba81-5156-8e5f-72066e99fc93","check":"61ab9ce7-940f-51d2-aa39-62102237e9ac","kind":{"effect":"create-note","text":"Refapp: Sent\nReference: RL-61AB9CE7"},"state":"confirmed","attempts":0,"created_at":1795548892065,"changed_at":1795548892142}');
CREATE TABLE spent (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO spent VALUES('2525c0d0eb9f2943ce66db32dcb2def1aa167e01df169a9ec2e8af89d1ef9911',1795548906702);
INSERT INTO spent VALUES('7d911401c2b7758740efc8ce1b31285c4f8bedc9f8b10eb7c847cd0781db959f',1795548901806);
INSERT INTO spent VALUES('98f7033aedf9dc51a252487520fbba33141431ed6a672e1b3c3c6c75c4e6cab7',1795548891766);
INSERT INTO spent VALUES('cf45f24107994f3ab651ad31fe06edadc81103f23dc3871d4f4a4387c22b17c9',1795548901806);
INSERT INTO spent VALUES('d136cf0513a01eb9cb7250f6bd42887b12a1fce9eb0975631556b431bda0e627',1795548891766);
INSERT INTO spent VALUES('f5c9fdebf465ea29c5fecaeaafc435becd2ede71b06045b9406be445c370c7b5',1795548906702);
CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "check" TEXT NOT NULL,
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    params TEXT NOT NULL
) STRICT;
INSERT INTO timeline VALUES(1,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891342,'stage-moved','{}');
INSERT INTO timeline VALUES(2,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891374,'webhook-received','{}');
INSERT INTO timeline VALUES(3,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891606,'read-from-lever','{}');
INSERT INTO timeline VALUES(4,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891766,'form-read','{"template":"Developers"}');
INSERT INTO timeline VALUES(5,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891766,'start-sent','{}');
INSERT INTO timeline VALUES(6,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548891989,'accepted','{}');
INSERT INTO timeline VALUES(7,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548892051,'tag-added','{"tag":"Refapp Status: Sent"}');
INSERT INTO timeline VALUES(8,'61ab9ce7-940f-51d2-aa39-62102237e9ac',1795548892142,'note-written','{}');
INSERT INTO timeline VALUES(9,'d7972f34-5c13-518b-88bc-06be55e404c3',1795548897487,'stage-moved','{}');
INSERT INTO timeline VALUES(10,'d7972f34-5c13-518b-88bc-06be55e404c3',1795548897488,'webhook-received','{}');
INSERT INTO timeline VALUES(11,'d7972f34-5c13-518b-88bc-06be55e404c3',1795548897498,'read-from-lever','{}');
INSERT INTO timeline VALUES(12,'d7972f34-5c13-518b-88bc-06be55e404c3',1795548897498,'parked','{"code":"CAND-CONTACT"}');
INSERT INTO timeline VALUES(13,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901522,'stage-moved','{}');
INSERT INTO timeline VALUES(14,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901539,'webhook-received','{}');
INSERT INTO timeline VALUES(15,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901731,'read-from-lever','{}');
INSERT INTO timeline VALUES(16,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901806,'form-read','{"template":""}');
INSERT INTO timeline VALUES(17,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901806,'start-sent','{}');
INSERT INTO timeline VALUES(18,'56cdb7c2-e970-58e5-9f5c-375b1e9ea0a8',1795548901991,'start-unknown','{"code":"REF-UNKNOWN"}');
INSERT INTO timeline VALUES(19,'a2c8cd22-0610-53e2-8653-1baf499c88da',1795548906551,'stage-moved','{}');
INSERT INTO timeline VALUES(20,'a2c8cd22-0610-53e2-8653-1baf499c88da',1795548906561,'webhook-received','{}');
INSERT INTO timeline VALUES(21,'a2c8cd22-0610-53e2-8653-1baf499c88da',1795548906630,'read-from-lever','{}');
INSERT INTO timeline VALUES(22,'a2c8cd22-0610-53e2-8653-1baf499c88da',1795548906702,'form-read','{"template":""}');
INSERT INTO timeline VALUES(23,'a2c8cd22-0610-53e2-8653-1baf499c88da',1795548906702,'start-sent','{}');
INSERT INTO timeline VALUES(24,'c04d23a7-e202-5345-bc1f-d21bcbbd6422',1795548906560,'stage-moved','{}');
INSERT INTO timeline VALUES(25,'c04d23a7-e202-5345-bc1f-d21bcbbd6422',1795548906572,'webhook-received','{}');
INSERT INTO timeline VALUES(26,'c04d23a7-e202-5345-bc1f-d21bcbbd6422',1795548906811,'read-from-lever','{}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('inbox',5);
INSERT INTO sqlite_sequence VALUES('timeline',26);
CREATE INDEX inbox_open ON inbox (connection, id) WHERE done = 0;
CREATE INDEX inbox_age ON inbox (received_at);
CREATE INDEX bell_due ON bell (connection, due_at);
CREATE INDEX check_opportunity ON "check" (connection, opportunity);
CREATE INDEX check_due ON "check" (connection, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX check_queued ON "check" (connection, entered_at) WHERE phase = 'queued';
CREATE INDEX check_seen ON "check" (connection, seen_at) WHERE doc ->> 'candidate' <> '';
CREATE INDEX check_order ON "check" (connection, urgency, entered_at, id);
CREATE INDEX check_status ON "check" (connection, status, active_at);
CREATE TRIGGER check_comes AFTER INSERT ON "check" BEGIN
    INSERT INTO tally VALUES (new.connection, new.status, new.urgency, 1)
    ON CONFLICT DO UPDATE SET many = many + 1;
END;
CREATE TRIGGER check_goes AFTER DELETE ON "check" BEGIN
    UPDATE tally SET many = many - 1
    WHERE connection = old.connection AND status = old.status AND urgency = old.urgency;
END;
CREATE TRIGGER check_changes AFTER UPDATE OF status, urgency ON "check"
WHEN old.status <> new.status OR old.urgency <> new.urgency BEGIN
    UPDATE tally SET many = many - 1
    WHERE connection = old.connection AND status = old.status AND urgency = old.urgency;
    INSERT INTO tally VALUES (new.connection, new.status, new.urgency, 1)
    ON CONFLICT DO UPDATE SET many = many + 1;
END;
CREATE INDEX effect_check ON effect ("check", created_at);
CREATE INDEX effect_sending ON effect (connection) WHERE state = 'sending';
CREATE INDEX timeline_check ON timeline ("check", id);
CREATE TABLE aside (
    file TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    read INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX check_listed ON "check" (
    connection, status, urgency, entered_at, active_at, posting,
    doc ->> 'status_since', doc ->> 'candidate', doc ->> 'posting_title', doc ->> 'owner',
    doc ->> '$.template[0]', doc ->> '$.template[1]', json_array_length(doc, '$.progress.warnings')
);
CREATE INDEX result_check ON result ("check");
CREATE TABLE desk (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_opportunity ON inbox (connection, doc ->> 'opportunity') WHERE doc ->> 'kind' = 'webhook';
CREATE INDEX inbox_result ON inbox (connection, doc ->> 'result') WHERE doc ->> 'kind' = 'update';
CREATE TABLE audit_log (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    connection TEXT NOT NULL,
    act TEXT NOT NULL,
    params TEXT NOT NULL,
    chain TEXT NOT NULL
) STRICT;
COMMIT;
