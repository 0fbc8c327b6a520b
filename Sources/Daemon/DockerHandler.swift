internal import SRIOV

/// What Docker's calls are answered with.
enum DockerHandler {
    /// - Parameter manager: Does the work.
    static func make<H: Host>(_ manager: Manager<H>) -> PluginHandler {
        { request in .failure(404, "there is no \(request.path)") }
    }
}
