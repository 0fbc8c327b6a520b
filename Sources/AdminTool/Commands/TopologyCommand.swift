internal import ArgumentParser
internal import SRIOV

/// `vfmap topology`: PFs, their VFs, and who has them.
struct TopologyCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "topology",
            abstract: "Shows physical functions, their VFs and who has them, as a tree.",
            discussion: "Owners, and VFs in containers, need root.")
    }

    @Option(
        help: ArgumentHelp(
            "Write a tree (the default), JSON, a graph for Graphviz, or a drawing.",
            valueName: "text|json|dot|svg"),
        completion: .list(TopologyFormat.allCases.map(\.rawValue)), transform: Self.format)
    var format: TopologyFormat = .text

    @OptionGroup var state: StateOptions

    var subject: String { "topology" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        let view = TopologyView(try context.inventoryView())
        switch format {
        case .text: return CommandAnswer(view.text)
        case .json: return CommandAnswer(try OutputFormat.json.render(view) { "" })
        case .dot: return CommandAnswer(view.dot)
        case .svg: return CommandAnswer(view.svg)
        }
    }

    private static func format(_ text: String) throws -> TopologyFormat {
        guard let format = TopologyFormat(rawValue: text) else {
            throw InvalidValue("none of text, json, dot and svg")
        }
        return format
    }
}
