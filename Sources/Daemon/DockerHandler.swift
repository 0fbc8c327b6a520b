internal import DockerDriver
internal import FrontEndSupport
internal import LinuxSystem
internal import Metrics
internal import SRIOV

/// What Docker's calls are answered with: the network driver, behind the server.
enum DockerHandler {
    /// - Parameters:
    ///   - context: What the verbs work with.
    ///   - configurationPath: Where pools are defined; read anew for every call that needs one.
    ///   - follower: Is told of VFs that Docker is about to move.
    ///   - operations: Counts the calls that do something.
    static func make<H: Host>(
        _ context: Context<H>, configurationPath: String, follower: HandoverFollower,
        operations: OperationCounter
    ) -> HTTPHandler {
        let driver = DockerDriver(
            context: context,
            readPools: { () throws(ManagerError) in try PoolList.read(configurationPath) },
            whenJoined: { follower.follow($0) }, warn: context.warn)
        return { request in
            let watch = Stopwatch()
            let reply = driver.answer(
                method: request.method, path: request.path, body: request.body)
            if let operation = operation(request.path, reply.status) {
                operations.count(
                    .docker, operation, OperationResult(reply.status), seconds: watch.seconds)
            }
            return HTTPReply(
                status: reply.status.rawValue, contentType: DriverReply.contentType,
                body: reply.body)
        }
    }

    /// The call as it is counted; nil for those that only ask.
    private static func operation(_ path: String, _ status: DriverStatus) -> String? {
        let name = String(path.split(separator: ".").last ?? "")
        if status == .notFound { return "unknown" }
        return FrontEnd.docker.operations.contains(name) ? name : nil
    }
}

extension OperationResult {
    fileprivate init(_ status: DriverStatus) {
        self =
            switch status {
            case .ok: .success
            case .badRequest, .notFound, .methodNotAllowed: .invalidRequest
            case .forbidden: .notPermitted
            case .conflict: .inUse
            case .gone: .notFound
            case .unprocessable: .unsupported
            case .internalError: .internal
            case .unavailable: .noneFree
            }
    }
}
