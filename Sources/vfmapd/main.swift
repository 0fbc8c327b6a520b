internal import Daemon
internal import Glibc
internal import PCIDevices
internal import SRIOV

exit(await DaemonProcess.run(on: { SystemHost(enumerate: PCIScan.functions) }))
