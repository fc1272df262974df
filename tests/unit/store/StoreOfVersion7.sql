-- SPDX-License-Identifier: GPL-3.0-or-later
-- A store of version 7, as the program before the next step wrote it: facts as JSON, a row for each process.
BEGIN TRANSACTION;
CREATE TABLE activity(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, jid TEXT NOT NULL, number INTEGER NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '');
CREATE TABLE command_targets(number INTEGER NOT NULL REFERENCES commands(number) ON DELETE CASCADE, jid TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL, percent INTEGER NOT NULL, device_state TEXT NOT NULL, remarks TEXT NOT NULL, error TEXT, attempts INTEGER NOT NULL, sent INTEGER, replied INTEGER, finished INTEGER, log TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL DEFAULT '', first_sent INTEGER, PRIMARY KEY(number, jid)) WITHOUT ROWID;
CREATE TABLE commands(number INTEGER PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, requested_by TEXT NOT NULL, title TEXT NOT NULL, counts TEXT NOT NULL, is_own INTEGER NOT NULL);
CREATE TABLE devices(id INTEGER PRIMARY KEY, jid TEXT NOT NULL UNIQUE, rpi_unique_id TEXT NOT NULL, last_seen INTEGER, last_report INTEGER, is_modern INTEGER NOT NULL, conflict_with TEXT NOT NULL, foreign_from TEXT NOT NULL, facts TEXT NOT NULL, update_no INTEGER, update_state TEXT, update_percent INTEGER, update_device_state TEXT, update_remarks TEXT, update_facts TEXT NOT NULL DEFAULT '', unreadable TEXT NOT NULL DEFAULT '', is_contact INTEGER NOT NULL DEFAULT 0, retired INTEGER, label TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '');
INSERT INTO "devices" VALUES(1,'meter4@localhost','b8:27:02',1769860800123,NULL,0,'','b8:27:99','',NULL,NULL,NULL,NULL,NULL,'','',0,1769860800123,'','');
INSERT INTO "devices" VALUES(2,'meter3@localhost','',NULL,NULL,0,'','','',NULL,NULL,NULL,NULL,NULL,'','',0,NULL,'','');
INSERT INTO "devices" VALUES(3,'meter2@localhost','b8:27:02',1769860800123,NULL,0,'meter1@localhost','b8:27:99','',NULL,NULL,NULL,NULL,NULL,'','',0,NULL,'','');
INSERT INTO "devices" VALUES(4,'meter1@localhost','b8:27:01',1769860800123,1769860799123,1,'','','{"agent_version":2,"clock_offset_s":-0.25,"command":"version_req","disk_free_mb":11200,"from":"-","mem_available_mb":1430,"model":"Raspberry Pi 4 Model B","network":"cellular","os":"Debian GNU/Linux 12","packages_version":7,"problem":"the card is old","processes":[],"temperature_c":54.5,"uptime_s":353000,"utc_offset_s":3600,"watchdog_version":"1.3.2"}',7,'failed',40,'downloading','HTTP 404','','"pid" is "none"',1,NULL,'Main street 1','north
pilot');
CREATE TABLE items(node TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(node, id)) WITHOUT ROWID;
CREATE TABLE logs(id INTEGER PRIMARY KEY, jid TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, requested INTEGER, finished INTEGER, received INTEGER NOT NULL, size INTEGER NOT NULL, folder TEXT NOT NULL, remarks TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '', UNIQUE(number, jid));
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO "meta" VALUES('account','panel@localhost');
CREATE TABLE migrations(version INTEGER PRIMARY KEY, applied INTEGER NOT NULL);
INSERT INTO "migrations" VALUES(1,1769860800000);
INSERT INTO "migrations" VALUES(2,1769860800000);
INSERT INTO "migrations" VALUES(3,1769860800000);
INSERT INTO "migrations" VALUES(4,1769860800000);
INSERT INTO "migrations" VALUES(5,1769860800000);
INSERT INTO "migrations" VALUES(6,1769860800000);
INSERT INTO "migrations" VALUES(7,1769860800000);
CREATE TABLE newcomers(jid TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, is_asking INTEGER NOT NULL, claimed_id TEXT NOT NULL, message TEXT NOT NULL, retired INTEGER) WITHOUT ROWID;
CREATE TABLE processes(device_id INTEGER NOT NULL REFERENCES devices(id) ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, is_dead INTEGER NOT NULL, state INTEGER NOT NULL, since INTEGER, dead_since INTEGER, restarts_24h INTEGER, last_exit TEXT, version_text TEXT NOT NULL DEFAULT '', PRIMARY KEY(device_id, position)) WITHOUT ROWID;
INSERT INTO "processes" VALUES(1,0,'ocr',2,0,0,NULL,NULL,NULL,NULL,'');
INSERT INTO "processes" VALUES(3,0,'ocr',2,0,0,NULL,NULL,NULL,NULL,'');
INSERT INTO "processes" VALUES(4,0,'ocr',3,1,5,1769860740123,1769860740123,6,'{"at":"2026-01-31T11:58:50Z","code":1,"heartbeat_age_s":2.5,"last_lines":["cv2.error: \"can''t\" open camera 0","grüß"]}','');
INSERT INTO "processes" VALUES(4,1,'uplink',0,0,0,NULL,NULL,NULL,NULL,'1.3.2');
INSERT INTO "processes" VALUES(4,2,'camera',1,0,1,NULL,NULL,NULL,NULL,'');
CREATE TABLE shared(chunk INTEGER PRIMARY KEY, content TEXT NOT NULL);
CREATE INDEX targets_by_device ON command_targets(jid);
CREATE INDEX open_targets ON command_targets(number) WHERE finished IS NULL;
CREATE INDEX activity_by_device ON activity(jid, id);
CREATE INDEX activity_by_command ON activity(number, id) WHERE number > 0;
CREATE INDEX activity_by_time ON activity(at, id);
CREATE INDEX commands_by_time ON commands(created, number);
COMMIT;
