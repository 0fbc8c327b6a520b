#pragma once
#include <sqlite3.h>

/// Leaves the write-ahead log and its index in place when the last connection closes: a reader without
/// the right to make them needs them, and a process that lives for one transaction is spared a
/// checkpoint. sqlite3_db_config(3) is variadic, which Swift does not import.
static inline int vfmap_sqlite_keep_log(sqlite3 *_Nonnull database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

/// Binds a copy of `length` bytes of text; SQLITE_TRANSIENT is a cast, which Swift does not import.
static inline int vfmap_sqlite_bind_text(
    sqlite3_stmt *_Nonnull statement, int index, const char *_Nonnull text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
