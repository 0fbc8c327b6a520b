// Keeps two parts of Swift's runtime out of a static executable, which work before main in every program: one finds
// the arguments by reading /proc/self/maps, the other looks in eight places for `swift-backtrace`, which a
// node does not have. The linker takes either from libswiftCore.a only to find what the rest refers to; with that
// defined here it does not. Should a later runtime refer to more of them, the link fails with a symbol that is defined
// twice. A crash still prints what went wrong, and ends by the same signal.

#include "StaticRuntime.h"

#ifdef VFMAP_STATIC

#include <stdbool.h>
#include <stddef.h>

// For CommandLine.arguments, which the plugin does not read: a CNI plugin has none.
char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
    static char *none[] = {NULL};
    *count = 0;
    return none;
}

// Whether and how to print a backtrace; the runtime's words for a fatal error ask for it. All zero is off, whatever
// the members are.
char _swift_backtraceSettings[256];

// swiftrt.o refers to it for no other reason than to have the backtraces linked.
bool _swift_backtrace_isThunkFunction(const char *name) {
    (void)name;
    return false;
}

#endif
