internal import ArgumentParser
internal import SRIOV

/// A command with its arguments read, ready to be carried out, which answers once.
protocol AdminCommand: AdminRequest {
    /// - Throws: `ManagerError`, or what lies beneath.
    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer
}

extension AdminCommand {
    func carryOut<H: Host>(
        in context: AdminContext<H>, emit: (String) throws -> Void
    ) throws -> CommandStatus {
        let answer = try execute(in: context)
        if !answer.text.isEmpty { try emit(answer.text) }
        return answer.status
    }
}
