internal import DaemonInterface
internal import LinuxSystem
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SRIOV
internal import ServiceLifecycle
internal import UnixSignals

/// The daemon at work: its sockets, its services, and their end.
struct DaemonProgram<H: Host>: Sendable {
    let manager: Manager<H>
    let configuration: DaemonConfiguration
    let configurationPath: String
    let environment: [String: String]
    let log: DaemonLog

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Throws: What kept it from starting, or what ended it.
    func run(inherited: [InheritedSocket]) async throws {
        var sockets = try DaemonSockets.open(
            configuration, inherited: inherited,
            lockPath: DaemonConfiguration.runFolder(environment: environment) + "/vfmapd.lock",
            log: log)
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = threads.next()
        let addresses = sockets.addresses

        let manager = manager
        let reconciler = try Reconciler(
            interval: .seconds(configuration.reconcileSeconds), log: log,
            reconcile: { try manager.recover() })
        let follower = try HandoverFollower(log: log, settle: { try manager.settle($0) })
        let calls = CallCounter()
        let page = StatusPage(
            configurationPath: configurationPath, sockets: addresses, store: manager.store,
            reconciler: reconciler, calls: calls, log: log)
        let isReady = ReadySignal(
            awaiting: addresses.docker == nil ? ["status"] : ["status", "docker"])

        // They stop in the reverse order: systemd hears of it first, and the reconciler ends last.
        var services: [any Service] = [
            reconciler, try InterfaceWatcher(tell: { reconciler.poke($0) }),
            try DeviceWatcher(tell: { reconciler.poke($0) }), follower,
        ]
        if let listener = sockets.docker.take() {
            services.append(
                PluginServer(
                    name: "docker", listener: listener, loop: loop, log: log,
                    isReady: isReady, calls: calls,
                    handler: DockerHandler.make(
                        manager, configurationPath: configurationPath, follower: follower)))
        }
        var limits = ServerLimits()
        limits.threads = 2
        limits.connections = 32
        limits.waitingRequests = 32
        limits.draining = .seconds(10)
        services.append(
            PluginServer(
                name: "status", listener: sockets.status, loop: loop, limits: limits, log: log,
                isReady: isReady, calls: CallCounter(), handler: { page.answer($0) }))
        services.append(
            ServiceManagerReporter(
                socket: try NotifySocket(environment: environment),
                watchdog: NotifySocket.watchdogInterval(environment: environment),
                isReady: isReady, loop: loop, log: log))
        log.logger.info(
            "start",
            metadata: [
                "version": "\(Release.version)", "docker": "\(addresses.docker ?? "off")",
                "status": "\(addresses.status)", "state": "\(manager.store.path)",
            ])
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log.logger)
        ).run()
        try await threads.shutdownGracefully()
        log.logger.info("stop")
    }
}
