#include "CPCI.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libpci hands its callbacks no context, so the way out is the calling thread's own.
static _Thread_local jmp_buf way_out;
static _Thread_local char last_words[256];

static __attribute__((noreturn)) void leave(char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_words, sizeof last_words, format, arguments);
    va_end(arguments);
    longjmp(way_out, 1);
}

static void ignore(char *format, ...) {
    (void)format;
}

static struct pci_access *prepare(const char *root) {
    struct pci_access *access = pci_alloc();
    access->error = leave;
    access->warning = ignore;
    access->debug = ignore;
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    if (root) pci_set_param(access, "sysfs.path", (char *)root);
    return access;
}

void *vfmap_pci_names_open(void) {
    struct pci_access *volatile access = NULL;
    if (setjmp(way_out)) {
        if (access) pci_cleanup(access);
        return NULL;
    }
    access = prepare(NULL);
    // Looking up names needs no access to the bus, so pci_init is left out.
    return access;
}

void vfmap_pci_names_close(void *names) {
    pci_cleanup(names);
}

static int found(const char *name, char *buffer, size_t size) {
    if (!name) return 0;
    if (name != buffer) snprintf(buffer, size, "%s", name);
    return 1;
}

int vfmap_pci_vendor_name(void *names, int vendor, char *buffer, size_t size) {
    if (setjmp(way_out)) return 0;
    char *name = pci_lookup_name(
        names, buffer, (int)size, PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS, vendor);
    return found(name, buffer, size);
}

int vfmap_pci_device_name(void *names, int vendor, int device, char *buffer, size_t size) {
    if (setjmp(way_out)) return 0;
    char *name = pci_lookup_name(
        names, buffer, (int)size, PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS, vendor, device);
    return found(name, buffer, size);
}

struct vfmap_pci_function *vfmap_pci_scan(
    const char *root, size_t *count, char *message, size_t message_size) {
    struct pci_access *volatile access = NULL;
    struct vfmap_pci_function *volatile functions = NULL;
    if (setjmp(way_out)) {
        snprintf(message, message_size, "%s", last_words);
        if (access) pci_cleanup(access);
        free(functions);
        return NULL;
    }
    access = prepare(root);
    pci_init(access);
    pci_scan_bus(access);
    size_t number = 0;
    for (struct pci_dev *device = access->devices; device; device = device->next) number++;
    functions = calloc(number + 1, sizeof *functions);
    if (!functions) leave("out of memory");
    *count = 0;
    for (struct pci_dev *device = access->devices; device; device = device->next) {
        functions[(*count)++] = (struct vfmap_pci_function){
            .domain = (uint32_t)device->domain,
            .bus = device->bus,
            .device = device->dev,
            .function = device->func,
        };
    }
    pci_cleanup(access);
    return functions;
}
