-- 0007: checksums, so that `tearsheet verify` sees every row that was changed by anything but the program.

-- What the rows of one owner add up to in one table: the rows of an article, a capture, a strip, or one row alone. Which table
-- and which column that is, is said in docs/archive.md. The program keeps it in the transaction that changes the rows. A
-- change by hand is a finding of `tearsheet verify`; `tearsheet verify --accept` takes it.
CREATE TABLE checksums (
    of    INTEGER NOT NULL,                   -- the number of a table; 0: of the schema that the others are of
    owner INTEGER NOT NULL,                   -- the value of the column that names the owner; of a text, a hash
    sum   INTEGER NOT NULL,                   -- the sum of the hashes of the rows, modulo 2^47
    PRIMARY KEY (of, owner)
) STRICT, WITHOUT ROWID;

-- Views, indexes, triggers and tables of others, which somebody has said belong here: `tearsheet verify --accept`.
CREATE TABLE accepted_objects (
    kind TEXT NOT NULL,                       -- 'view', 'index', 'trigger', 'table'
    name TEXT NOT NULL,
    sql  TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
