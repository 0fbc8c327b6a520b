// What makes the plugin start fast, linked into `sriov` alone: the start of Swift's runtime without what a plugin does
// not need (plugin_start.c), an allocator for SQLite (arena_allocator.c), and the order of functions in the executable
// (link-order.txt).

#pragma once

/// Makes SQLite allocate from arenas, for a process that uses it on one thread and ends soon.
///
/// Call it before anything else of SQLite. Returns 0, or SQLite's error code with nothing changed.
int vfmap_sqlite_use_arena_allocator(void);
