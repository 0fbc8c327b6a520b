// Memory for SQLite in a process of one call. SQLite takes some 540 pieces for an ADD, most of them small and soon given
// back. malloc(3) and free(3) need 300 instructions for each of them, this some 40. A piece of up to 504 bytes comes from
// a chunk and goes back to a list of pieces of its size, never to the system; a longer one is malloc's. Before each lie
// eight bytes with its whole length. It is for one thread.

#include "StaticRuntime.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { step = 16, longest = 512, chunk_size = 16384 };

struct piece {
    uint64_t size;
    // Only of one that is free.
    struct piece *next;
};

static char *chunk, *chunk_end;
static struct piece *free_pieces[longest / step + 1];

static struct piece *piece_of(void *memory) { return (struct piece *)((char *)memory - sizeof(uint64_t)); }

static void *memory_of(struct piece *piece) { return (char *)piece + sizeof(uint64_t); }

static size_t whole(int size) { return ((size_t)size + sizeof(uint64_t) + step - 1) & ~(size_t)(step - 1); }

static void *take(int wanted) {
    size_t size = whole(wanted);
    struct piece *piece;
    if (size > longest) {
        piece = malloc(size);
        if (!piece) return NULL;
    } else if ((piece = free_pieces[size / step])) {
        free_pieces[size / step] = piece->next;
    } else {
        if ((size_t)(chunk_end - chunk) < size) {
            char *fresh = malloc(chunk_size);
            if (!fresh) return NULL;
            chunk = fresh;
            chunk_end = fresh + chunk_size;
        }
        piece = (struct piece *)chunk;
        chunk += size;
    }
    piece->size = size;
    return memory_of(piece);
}

static void give(void *memory) {
    struct piece *piece = piece_of(memory);
    if (piece->size > longest) {
        free(piece);
    } else {
        piece->next = free_pieces[piece->size / step];
        free_pieces[piece->size / step] = piece;
    }
}

static int room(void *memory) { return memory ? (int)(piece_of(memory)->size - sizeof(uint64_t)) : 0; }

static void *resize(void *memory, int wanted) {
    if (whole(wanted) == piece_of(memory)->size) return memory;
    void *other = take(wanted);
    if (!other) return NULL;
    int present = room(memory);
    memcpy(other, memory, (size_t)(wanted < present ? wanted : present));
    give(memory);
    return other;
}

static int rounded(int wanted) { return (int)(whole(wanted) - sizeof(uint64_t)); }

static int begin(void *unused) {
    (void)unused;
    return SQLITE_OK;
}

static void end(void *unused) { (void)unused; }

int vfmap_sqlite_use_arena_allocator(void) {
    static const sqlite3_mem_methods methods = {
        .xMalloc = take,
        .xFree = give,
        .xRealloc = resize,
        .xSize = room,
        .xRoundup = rounded,
        .xInit = begin,
        .xShutdown = end,
    };
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
