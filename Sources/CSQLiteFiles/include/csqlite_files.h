#pragma once

/// The name of a VFS of SQLite that works as the default one does but synchronises nothing: for files that need not
/// survive a loss of power.
///
/// A transaction is as safe as ever against the death of a process at any instant: what write(2) has taken is in the
/// kernel. With `PRAGMA synchronous` the same would cost every process a reading of the schema with locks of its own,
/// for that can be changed only outside a transaction.
///
/// Returns a null pointer if SQLite refuses it.
const char *vfmap_sqlite_unsynchronised_vfs(void);
