#pragma once

/// Lets SQLite have its memory in pieces, for a process that uses it on one thread and ends soon.
///
/// Call it before anything else of SQLite. Returns 0, or SQLite's error code with nothing changed.
int vfmap_sqlite_use_pieces(void);
