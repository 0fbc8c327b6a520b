#pragma once
#include <sqlite3.h>

/// Binds a copy of `length` bytes of text; SQLITE_TRANSIENT is a cast, which Swift does not import.
static inline int vfmap_sqlite_bind_text(
    sqlite3_stmt *_Nonnull statement, int index, const char *_Nonnull text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

/// Makes SQLite take memory as it needs it and without counting it: by itself it sets aside 20 pages and 48 KiB of
/// small pieces for each file, writes to all of them at once, and counts every allocation under a lock.
/// sqlite3_config() is variadic. Call it before anything else of SQLite.
static inline int vfmap_sqlite_configure_memory(void) {
    int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (result == SQLITE_OK) result = sqlite3_config(SQLITE_CONFIG_PAGECACHE, (void *)0, 0, 0);
    if (result == SQLITE_OK) result = sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    return result;
}
