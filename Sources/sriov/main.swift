internal import CNIPlugin
internal import SRIOV
internal import StaticRuntime

// Where SQLite was configured before, it keeps its own allocator, which is slower and no less sound.
_ = vfmap_sqlite_use_arena_allocator()
CNIProgram.run { SystemHost() }
