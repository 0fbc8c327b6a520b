import CNI
import CNIPlugin
import FrontEndSupport
import SRIOV
import Testing

/// The word under which the end of a call is counted.
@Suite struct OperationResultTests {
    @Test(arguments: [
        (CNIErrorCode.invalidEnvironment, OperationResult.invalidRequest),
        (.decoding, .invalidRequest), (.invalidConfiguration, .invalidRequest),
        (.tryAgainLater, .inUse), (.notAvailable, .unavailable), (.noneFree, .noneFree),
        (.addressManagementFailed, .addressManagement), (.differs, .differs),
        (.internal, .internal), (CNIErrorCode(rawValue: 4711), .addressManagement),
    ])
    func everyNumberHasOne(code: CNIErrorCode, result: OperationResult) {
        #expect(OperationResult(code) == result)
    }

    /// What the verbs refuse is counted alike, whoever asked.
    @Test(arguments: ManagerError.Code.allCases)
    func everyCodeOfTheManagerHasItsOwn(code: ManagerError.Code) {
        // A state file that another process has for the moment is one more thing in use.
        let expected = code == .stateBusy ? ManagerError.Code.inUse : code
        #expect(OperationResult(code).rawValue == expected.rawValue)
    }
}
