internal import FrontEndSupport
internal import Glibc
internal import LinuxSystem
internal import Netlink
internal import Node
internal import PCIDevices
internal import SRIOV

extension AdminProgram {
    /// Runs the program as this process: with its arguments, its environment and its streams.
    ///
    /// - Parameter host: Makes the machine; called once, for a command that needs one.
    /// - Returns: The status to exit with.
    package static func run(on host: @escaping @Sendable () -> H) -> Int32 {
        StandardStream.reserve()
        let environment = EnvironmentVariables.process
        let installation = Installation(environment)
        let isPrivileged = geteuid() == 0
        let program = AdminProgram(
            environment: environment, isPrivileged: isPrivileged, lookups: .system,
            openDeviceFeed: DeviceFeed.ofThisMachine,
            screen: Screen(lines: { StandardStream.output.terminalLines }),
            makeTicker: Ticker.ofThisMachine,
            tell: { $0.tell(runDirectory: installation.runDirectory) },
            makeContext: { installation, warn in
                try installation.makeContext(
                    on: host(), access: isPrivileged ? .readWrite : .readOnly,
                    frontEnds: FrontEndRegistry(
                        installation, environment: environment, passOn: warn), warn: warn)
            })
        return program.run(
            Array(CommandLine.arguments.dropFirst()),
            output: { try StandardStream.output.write($0) },
            diagnostics: { line in
                // With standard error gone there is nowhere left to say so.
                try? StandardStream.error.write(line + "\n")
            }
        ).rawValue
    }
}

extension DeviceFeed {
    /// This machine's events; SIGINT and SIGTERM end it, and no longer the process.
    fileprivate static func ofThisMachine(_ source: DeviceEventSource?) throws -> DeviceFeed {
        let request = try StopRequest()
        try TerminationSignals.make(request)
        let monitor = try DeviceMonitor(source: source, stopRequest: request)
        return DeviceFeed(source: monitor.source, next: { try monitor.next(until: $0) })
    }
}

extension Ticker {
    /// This machine's clock; SIGINT and SIGTERM end the waiting, and no longer the process.
    fileprivate static func ofThisMachine() throws -> Ticker {
        let request = try StopRequest()
        try TerminationSignals.make(request)
        let watch = Stopwatch()
        return Ticker(
            now: { watch.seconds },
            wait: { try request.wait(until: Deadline(after: .seconds($0))) })
    }
}

extension DeviceLookups {
    /// This machine's.
    fileprivate static var system: DeviceLookups {
        let devlink = try? Devlink()  // A kernel without it has no modes to tell.
        return DeviceLookups(
            names: { vendor, device in
                // Opened for each question: a list belongs to one thread, and few are asked.
                let names = PCINameList()
                return DeviceNames(
                    vendor: names?.vendor(vendor), device: names?.device(device, of: vendor))
            },
            eswitchMode: { address in
                // What devlink does not tell, as without the right to ask, is not known.
                (try? devlink?.eswitchMode(of: address))?.description
            },
            switchPorts: { address in (try? devlink?.ports(of: address)) ?? [] },
            info: { address in (try? devlink?.info(of: address)) ?? nil })
    }
}
