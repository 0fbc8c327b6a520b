internal import CNIPlugin
internal import SRIOV

CNIProgram.run { SystemHost() }
