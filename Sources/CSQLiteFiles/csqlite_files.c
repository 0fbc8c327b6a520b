#include "csqlite_files.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs vfs;
static int is_registered;

/* The default VFS has a few tables of methods: one for databases, one for journals, others for file systems with odd locks. */
static struct {
    const sqlite3_io_methods *original;
    sqlite3_io_methods methods;
} tables[8];

static int synchronise_nothing(sqlite3_file *file, int flags) {
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static const sqlite3_io_methods *original_of(const sqlite3_io_methods *methods) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (methods == &tables[i].methods) return tables[i].original;
    return NULL;
}

/* What is appended is whole before the file is longer: true of a process that dies. SQLite then need not go back to the
   journal's header at a commit. */
static int characteristics(sqlite3_file *file) {
    const sqlite3_io_methods *original = original_of(file->pMethods);
    return (original ? original->xDeviceCharacteristics(file) : 0) | SQLITE_IOCAP_SAFE_APPEND;
}

static int open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out) {
    sqlite3_vfs *base = self->pAppData;
    int result = base->xOpen(base, name, file, flags, out);
    if (result != SQLITE_OK || !file->pMethods) return result;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!tables[i].original) {
            tables[i].methods = *file->pMethods;
            tables[i].methods.xSync = synchronise_nothing;
            tables[i].methods.xDeviceCharacteristics = characteristics;
            tables[i].original = file->pMethods;
        }
        if (tables[i].original == file->pMethods) {
            file->pMethods = &tables[i].methods;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

const char *vfmap_sqlite_unsynchronised_vfs(void) {
    pthread_mutex_lock(&lock);
    if (!is_registered && sqlite3_initialize() == SQLITE_OK) {
        sqlite3_vfs *base = sqlite3_vfs_find(NULL);
        if (base) {
            vfs = *base;
            vfs.pNext = NULL;
            vfs.zName = "vfmap-unsynchronised";
            vfs.pAppData = base;
            vfs.xOpen = open_file;
            is_registered = sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
        }
    }
    const char *name = is_registered ? vfs.zName : NULL;
    pthread_mutex_unlock(&lock);
    return name;
}
