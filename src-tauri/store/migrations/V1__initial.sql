-- Times are milliseconds since the epoch. `doc` columns hold JSON of the Rust type named beside them; what is
-- searched or sorted by has a column of its own.

-- One row: who may write. Raised at every opening, checked in every transaction.
CREATE TABLE owner (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO owner (only, epoch) VALUES (1, 0);

-- store::ConnectionRecord
CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What Lever and Refapp sent, stored before it is acknowledged. `repeat_key` is a hash: one that is already
-- there is a repetition.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    repeat_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    UNIQUE (connection, repeat_key)
) STRICT;
CREATE INDEX inbox_open ON inbox (connection, id) WHERE done = 0;
CREATE INDEX inbox_age ON inbox (received_at);

-- Opportunities that are to be looked at.
CREATE TABLE bell (
    connection TEXT NOT NULL,
    opportunity TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (connection, opportunity)
) STRICT, WITHOUT ROWID;
CREATE INDEX bell_due ON bell (connection, due_at);

-- model::Check
CREATE TABLE "check" (
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
CREATE INDEX check_opportunity ON "check" (connection, opportunity);
CREATE INDEX check_due ON "check" (connection, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX check_queued ON "check" (connection, entered_at) WHERE phase = 'queued';
CREATE INDEX check_seen ON "check" (connection, seen_at) WHERE doc ->> 'candidate' <> '';
CREATE INDEX check_order ON "check" (connection, urgency, entered_at, id);
CREATE INDEX check_status ON "check" (connection, status, active_at);

-- How many checks have each status and urgency, kept by whatever changes a check: counting them would be a scan.
CREATE TABLE tally (
    connection TEXT NOT NULL,
    status TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    many INTEGER NOT NULL,
    PRIMARY KEY (connection, status, urgency)
) STRICT, WITHOUT ROWID;
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

-- Every `partner-result.id` that a check was ever sent with: a start of unknown outcome that was sent again may have
-- been two, and updates come for both.
CREATE TABLE result (
    id TEXT PRIMARY KEY,
    "check" TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox. At most one effect of a check is open.
CREATE TABLE effect (
    key TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    "check" TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'confirmed', 'failed', 'unknown', 'settled')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX effect_check ON effect ("check", created_at);
CREATE INDEX effect_sending ON effect (connection) WHERE state = 'sending';

-- Effect keys of starts that may have been sent. They outlive their check, so that nobody is started twice.
CREATE TABLE spent (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "check" TEXT NOT NULL,
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    params TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_check ON timeline ("check", id);
