internal import AdminTool
internal import Glibc
internal import SRIOV

exit(AdminProgram.run(on: { SystemHost() }))
