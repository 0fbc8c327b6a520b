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

/// One PCI function as libpci enumerates it.
struct vfmap_pci_function {
    uint32_t domain;
    uint8_t bus;
    uint8_t device;
    uint8_t function;
    uint16_t vendor;
    uint16_t product;
    uint16_t class;
};

/// Enumerates the functions of this machine.
///
/// `root` is where sysfs shows the PCI bus, `/sys/bus/pci`. Returns the number of functions, of
/// which the first `capacity` are stored, or -1 if libpci finds no way to work; its words are then
/// in `message`.
int vfmap_pci_scan(
    const char *_Nonnull root, struct vfmap_pci_function *_Nullable functions, int capacity,
    char *_Nonnull message, size_t message_size);
