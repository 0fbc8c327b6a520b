internal import ArgumentParser
internal import LinuxSystem
internal import Node
internal import SRIOV

/// `vfmap bind`: gives a VF another driver.
struct BindCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "bind",
            abstract: "Binds a virtual function to another driver.",
            discussion: """
                default is the driver that the kernel chooses. No module is loaded. A VF that \
                somebody uses is left alone: one with an attachment, in another network namespace, \
                that the host lives by, or that a program has open. Needs root.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "The VF: its PCI address, or the name of its interface.", valueName: "vf"),
        completion: FunctionCompletion.virtual, transform: FunctionReference.init(parsing:))
    var vf: FunctionReference

    @Argument(
        help: ArgumentHelp(
            "The driver: vfio-pci, the name of another, or default.", valueName: "driver"),
        completion: .list(["vfio-pci", "default"]), transform: Self.driver)
    var driver: VFDriver

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "bind \(vf)" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        try context.requireRoot()
        let view = BindResultView(
            try context.sriov.node.bind(try context.virtualFunction(vf), to: driver))
        return CommandAnswer(try output.format.render(view) { view.text })
    }

    private static func driver(_ text: String) throws -> VFDriver {
        guard let driver = VFDriver(configured: text == "default" ? "netdevice" : text) else {
            throw InvalidValue("neither default nor the name of a driver")
        }
        return driver
    }
}
