internal import DockerDriver
internal import SRIOV

/// What Docker's calls are answered with: the network driver, behind the server.
enum DockerHandler {
    /// - Parameters:
    ///   - manager: Does the work.
    ///   - configurationPath: Where pools are defined; read anew for every call that needs one.
    ///   - follower: Is told of VFs that Docker is about to move.
    static func make<H: Host>(
        _ manager: Manager<H>, configurationPath: String, follower: HandoverFollower
    ) -> PluginHandler {
        let driver = DockerDriver(
            manager: manager,
            readPools: { () throws(ManagerError) in try PoolList.read(configurationPath) },
            whenJoined: { follower.follow($0) }, warn: manager.warn)
        return { request in
            let reply = driver.answer(
                method: request.method, path: request.path, body: request.body)
            return PluginReply(
                status: reply.status.rawValue, contentType: DriverReply.contentType,
                body: reply.body)
        }
    }
}
