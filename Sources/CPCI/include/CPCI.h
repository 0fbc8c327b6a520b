// libpci behind functions that Swift can call.
//
// libpci's error callback must not return, so a failing call is left by longjmp. The jump never
// crosses a Swift frame: it starts and ends in these functions.

#pragma once

#include <stddef.h>
#include <stdint.h>

/// A list of PCI names, loaded once; NULL if libpci finds no way to work here.
void *_Nullable vfmap_pci_names_open(void);

void vfmap_pci_names_close(void *_Nonnull names);

/// What pci.ids calls a vendor; returns 0 if it does not know it.
int vfmap_pci_vendor_name(
    void *_Nonnull names, int vendor, char *_Nonnull buffer, size_t size);

/// What pci.ids calls a device of a vendor; returns 0 if it does not know it.
int vfmap_pci_device_name(
    void *_Nonnull names, int vendor, int device, char *_Nonnull buffer, size_t size);

/// Where a PCI function is.
struct vfmap_pci_function {
    uint32_t domain;
    uint8_t bus;
    uint8_t device;
    uint8_t function;
};

/// Enumerates the functions of this machine.
///
/// `root` is where sysfs shows the PCI bus, `/sys/bus/pci`. Returns as many functions as `count` then says, to be given
/// to free(), or NULL if libpci finds no way to work; its words are then in `message`.
struct vfmap_pci_function *_Nullable vfmap_pci_scan(
    const char *_Nonnull root, size_t *_Nonnull count, char *_Nonnull message, size_t message_size);
