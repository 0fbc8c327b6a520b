internal import ArgumentParser
internal import LinuxSystem
internal import Metrics
internal import SRIOV

/// `vfmap top`: what VFs receive and send, again and again.
struct TopCommand: AdminRequest {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "top",
            abstract: "Shows what virtual functions receive and send, again and again.",
            discussion: """
                Rates are those since the sample before. SOURCE tells who counts: pf (the PF's driver), \
                sysfs (files of it) or interface (the VF's own, in the host or in its container). A \
                rate that nobody can tell is -, never 0. A terminal is refreshed in place. It ends \
                after --count, or at SIGINT or SIGTERM, with exit status 0. Without root VFs in \
                containers have no rates unless their PF's driver counts.
                """)
    }

    @Option(
        help: ArgumentHelp("Seconds between two samples (default: 2).", valueName: "seconds"),
        transform: { try WholeNumber.parse($0, 1...3600) })
    var interval: Int = 2

    @Option(
        help: ArgumentHelp("End after so many samples.", valueName: "number"),
        transform: { try WholeNumber.parse($0, 1...Int.max) })
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "What comes first: the lowest address (the default), the highest rate, or the first owner.",
            valueName: TopOrder.words),
        completion: .list(TopOrder.allCases.map(\.rawValue)), transform: TopOrder.init(parsing:))
    var sort: TopOrder = .address

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "top" }

    func carryOut<H: Host>(
        in context: AdminContext<H>, emit: (String) throws -> Void
    ) throws -> CommandStatus {
        let ticker = try context.makeTicker()
        let collector = try NodeCollector(context: context.sriov)
        var display = TopDisplay(format: output.format, screen: context.screen)
        var before = try collector.read()
        warn(of: before, context)
        var time = ticker.now()
        let start = time
        var samples = 0
        while samples != count {
            samples += 1
            // By the clock of the first one, so that samples do not come later and later.
            let pause = start + Double(samples * interval) - ticker.now()
            guard try ticker.wait(max(0, pause)) else { break }
            let now = try collector.read()
            let moment = ticker.now()
            let view = TopView(
                from: before, to: now, seconds: moment - time, at: context.sriov.host.now(),
                sort)
            try emit(display.text(of: view))
            (before, time) = (now, moment)
        }
        return .success
    }

    private func warn<H: Host>(of reading: NodeReading, _ context: AdminContext<H>) {
        if let failure = reading.storeFailure {
            context.sriov.warn("owners are not known: \(failure)")
        }
    }
}
