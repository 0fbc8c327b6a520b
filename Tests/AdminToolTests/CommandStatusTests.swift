import AdminTool
import SRIOV
import Testing

@Suite struct CommandStatusTests {
    /// The documented numbers: scripts depend on them.
    static let documented: [(ManagerError.Code, Int32)] = [
        (.invalidRequest, 64), (.notFound, 2), (.noneFree, 3), (.inUse, 3), (.obstructed, 3),
        (.unsupported, 7),
        (.invalidNamespace, 8), (.notPermitted, 4), (.incomplete, 6), (.stateUnusable, 5),
        (.stateBusy, 5),
        (.internal, 1),
    ]

    @Test(arguments: documented)
    func codeHasItsStatus(_ code: ManagerError.Code, _ status: Int32) {
        #expect(CommandStatus(code).rawValue == status)
    }

    @Test func everyCodeIsDocumented() {
        #expect(Set(Self.documented.map(\.0)) == Set(ManagerError.Code.allCases))
    }

    @Test func noFailureLooksLikeSuccess() {
        #expect(!ManagerError.Code.allCases.map { CommandStatus($0) }.contains(.success))
    }
}
