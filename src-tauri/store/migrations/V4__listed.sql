-- What a listing is read from, in columns: SQLite takes no index of expressions for the whole of what is asked, and looks
-- every check up beside its document.
ALTER TABLE "check" ADD COLUMN status_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "check" ADD COLUMN candidate TEXT NOT NULL DEFAULT '';
ALTER TABLE "check" ADD COLUMN posting_title TEXT NOT NULL DEFAULT '';
ALTER TABLE "check" ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE "check" ADD COLUMN template TEXT;
ALTER TABLE "check" ADD COLUMN template_name TEXT;
ALTER TABLE "check" ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0;
DROP INDEX check_listed;
DROP INDEX check_seen;
UPDATE "check" SET
    status_since = coalesce(doc ->> 'status_since', active_at), candidate = coalesce(doc ->> 'candidate', ''),
    posting_title = coalesce(doc ->> 'posting_title', ''), owner = coalesce(doc ->> 'owner', ''),
    template = doc ->> '$.template[0]', template_name = doc ->> '$.template[1]',
    warnings = coalesce(json_array_length(doc, '$.progress.warnings'), 0);
CREATE INDEX check_listed ON "check" (
    connection, status, urgency, entered_at, active_at, posting, status_since, candidate, posting_title, owner, template,
    template_name, warnings
);
CREATE INDEX check_seen ON "check" (connection, seen_at) WHERE candidate <> '';
