internal import AdminTool
internal import Glibc
internal import PCIDevices
internal import SRIOV

exit(AdminProgram.run(on: { SystemHost(enumerate: PCIScan.functions) }))
