internal import ArgumentParser
internal import LinuxSystem
internal import PCIDevices
internal import SRIOV

/// `vfmap watch`: tells of network cards that come, go and change, as it happens.
struct WatchCommand: AdminRequest {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "watch",
            abstract:
                "Tells of PFs, VFs and their interfaces that come, go or change, as it happens.",
            discussion: """
                A line for each event, written at once; with --format json an object in each line. It ends \
                after --count or --timeout, or at SIGINT or SIGTERM, with exit status 0. overflow means that \
                events were lost. Needs no root; owners are shown to those who may read the state file.
                """)
    }

    @Option(
        help: ArgumentHelp("End after so many events.", valueName: "number"),
        transform: { try WholeNumber.parse($0, 1...Int.max) })
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "End after so many seconds, at most a hundred days.", valueName: "seconds"),
        transform: { try WholeNumber.parse($0, 1...8_640_000) })
    var timeout: Int64?

    @Option(
        help: ArgumentHelp(
            "Whose events: udevd's, when its rules are done, or the kernel's, at once (default: udev where "
                + "it runs, else kernel).", valueName: "udev|kernel"),
        completion: .list(DeviceEventSource.allCases.map(\.rawValue)), transform: Self.source)
    var source: DeviceEventSource?

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "watch" }

    func carryOut<H: Host>(
        in context: AdminContext<H>, emit: (String) throws -> Void
    ) throws -> CommandStatus {
        let deadline = timeout.map { Deadline(after: .seconds($0)) }
        let feed = try context.openDeviceFeed(source)
        // Who reads it knows from here on that nothing is missed.
        try emit(
            output.format.renderLine(DeviceEventView(listeningTo: feed.source)) {
                DeviceEventView.headings
            })
        var told = 0
        var ownersAreKnown = true
        while told != count, let event = try feed.next(deadline) {
            var owner: AttachmentOwner?
            if ownersAreKnown, let address = event.address {
                do {
                    owner = try context.sriov.store.attachment(of: address)?.owner
                } catch {
                    // Said once, not for every event.
                    context.sriov.warn("owners are not known from here on: \(error)")
                    ownersAreKnown = false
                }
            }
            let view = DeviceEventView(event, owner: owner)
            try emit(output.format.renderLine(view) { view.line })
            told += 1
        }
        return .success
    }

    private static func source(_ text: String) throws -> DeviceEventSource {
        guard let source = DeviceEventSource(rawValue: text) else {
            throw InvalidValue("neither udev nor kernel")
        }
        return source
    }
}
