internal import DaemonInterface
internal import FrontEndSupport
internal import LinuxSystem
internal import Logging
internal import Metrics
internal import NIOCore
internal import NIOPosix
internal import SRIOV
internal import ServiceLifecycle
internal import UnixSignals

/// The daemon at work: its sockets, its services, and their end.
struct DaemonProgram<H: Host>: Sendable {
    let context: Context<H>
    let configuration: DaemonConfiguration
    let installation: Installation
    let environment: [String: String]
    let log: DaemonLog

    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Throws: What kept it from starting, or what ended it.
    func run(inherited: [InheritedSocket]) async throws {
        let directory = installation.runDirectory
        var sockets = try DaemonSockets.open(
            configuration, inherited: inherited, lockPath: directory + "/vfmapd.lock",
            eventsPath: OperationEvent.socketPath(runDirectory: directory), log: log)
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = threads.next()
        let addresses = sockets.addresses

        let context = context
        let drift = DriftMonitor(
            context: context, configurationPath: installation.configuration,
            handling: configuration.drift, log: log)
        let reconciler = try Reconciler(
            interval: .seconds(configuration.reconcileSeconds), log: log,
            reconcile: { try context.attachments.recover() }, afterwards: { drift.look() })
        let follower = try HandoverFollower(
            log: log, confirm: { try context.handovers.confirm($0) })
        let calls = CallCounter()
        let operations = OperationCounter()
        let page = StatusPage(
            configurationPath: installation.configuration, sockets: addresses, store: context.store,
            reconciler: reconciler, calls: calls, drift: { drift.report }, log: log)
        var awaited: Set = ["status"]
        if addresses.docker != nil { awaited.insert("docker") }
        if addresses.metrics != nil { awaited.insert("metrics") }
        let isReady = ReadySignal(awaiting: awaited)

        // They stop in the reverse order: systemd hears of it first, and the reconciler ends last.
        var services: [any Service] = [
            reconciler, try InterfaceWatcher(tell: { reconciler.poke($0) }),
            try DeviceWatcher(tell: { reconciler.poke($0) }), follower,
        ]
        if let listener = sockets.docker.take() {
            services.append(
                HTTPServer(
                    name: "docker", socket: ServerSocket(listener), loop: loop, log: log,
                    isReady: isReady, calls: calls,
                    handler: DockerHandler.make(
                        context, configurationPath: installation.configuration, follower: follower,
                        operations: operations)))
        }
        if let socket = sockets.metrics.take() {
            let metrics = MetricsPage(
                collector: try NodeCollector(context: context),
                configurationPath: installation.configuration, operations: operations,
                reconciler: reconciler, drift: drift)
            services.append(
                HTTPServer(
                    name: "metrics", socket: socket, loop: loop, limits: .readOnly, log: log,
                    isReady: isReady, calls: CallCounter(), tellsFailures: false,
                    handler: { metrics.answer($0) }))
        }
        if let events = sockets.events {
            services.append(try OperationListener(receiver: events, operations: operations))
        }
        services.append(
            HTTPServer(
                name: "status", socket: ServerSocket(sockets.status), loop: loop,
                limits: .readOnly, log: log, isReady: isReady, calls: CallCounter(),
                handler: { page.answer($0) }))
        services.append(
            ServiceManagerReporter(
                socket: try NotifySocket(environment: environment),
                watchdog: NotifySocket.watchdogInterval(environment: environment),
                isReady: isReady, loop: loop, log: log))
        log.logger.info(
            "start",
            metadata: [
                "version": "\(Release.version)", "docker": "\(addresses.docker ?? "off")",
                "status": "\(addresses.status)", "metrics": "\(addresses.metrics ?? "off")",
                "state": "\(context.store.path)",
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
