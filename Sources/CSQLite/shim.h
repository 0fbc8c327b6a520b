#pragma once
#include <sqlite3.h>

/// Binds a copy of `length` bytes of text; SQLITE_TRANSIENT is a cast, which Swift does not import.
static inline int vfmap_sqlite_bind_text(
    sqlite3_stmt *_Nonnull statement, int index, const char *_Nonnull text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
