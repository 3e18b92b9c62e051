-- All that the dashboard searches, filters and sorts by, in one place: a listing is read from it into memory without
-- touching the documents (store::listing).
CREATE INDEX check_listed ON "check" (
    connection, status, urgency, entered_at, active_at, posting,
    doc ->> 'status_since', doc ->> 'candidate', doc ->> 'posting_title', doc ->> 'owner',
    doc ->> '$.template[0]', doc ->> '$.template[1]', json_array_length(doc, '$.progress.warnings')
);
-- The results of a check go with it.
CREATE INDEX result_check ON result ("check");

-- One row: how the recruiter at this computer looks at the checks. model::Desk
CREATE TABLE desk (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    doc TEXT NOT NULL
) STRICT;

-- What came in about one candidate, to be shown to them and to be removed.
CREATE INDEX inbox_opportunity ON inbox (connection, doc ->> 'opportunity') WHERE doc ->> 'kind' = 'webhook';
CREATE INDEX inbox_result ON inbox (connection, doc ->> 'result') WHERE doc ->> 'kind' = 'update';

-- What was done with personal data here, without naming anybody. `chain` is a hash of the entry and of the `chain` before.
CREATE TABLE audit_log (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    connection TEXT NOT NULL,
    act TEXT NOT NULL,
    params TEXT NOT NULL,
    chain TEXT NOT NULL
) STRICT;
