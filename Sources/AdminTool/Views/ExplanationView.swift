internal import LinuxSystem
internal import SRIOV

/// Why a VF is where it is, for programs.
struct ExplanationView: Hashable, Codable {
    /// One key of a selector, held against the VF.
    struct Filter: Hashable, Codable {
        let key: String
        /// One of these is asked for.
        let wanted: [String]
        let found: String
        let passes: Bool
    }

    struct Pool: Hashable, Codable {
        let name: String
        let member: Bool
        /// What the selectors alone do not tell, one sentence each.
        let remarks: [String]
        /// A VF is selected by one if all its keys pass; one without keys selects every VF.
        let selectors: [[Filter]]
    }

    let virtualFunction: String
    let physicalFunction: String?
    let physicalFunctionInterface: String?
    let index: Int?
    let driver: String?
    let interface: String?
    let namespace: String?
    let state: VFCondition
    let owner: OwnerView?
    /// Why the attachment is not in use any more; nil if it may be, and without one.
    let staleness: String?
    /// What the VF's release sets back, one sentence each; empty without an attachment.
    let restorations: [String]
    /// The file that the pools come from.
    let configuration: String
    /// In the order of the file; nil if there is no such file.
    let pools: [Pool]?

    init(
        _ entry: VFSnapshot, parent: PFSnapshot?, pools: PoolList?, path: String
    ) {
        let function = entry.function
        virtualFunction = function.address.description
        physicalFunction = function.physicalFunction?.description
        physicalFunctionInterface = parent?.function.interfaceName?.description
        index = function.index
        driver = function.driver
        interface = entry.visibleInterfaceName?.description
        namespace = entry.namespacePath
        state = VFCondition(entry.occupancy)
        owner = entry.attachment.map { OwnerView($0.owner) }
        staleness = entry.occupancy.staleness?.description
        restorations =
            (entry.attachment?.restorations(link: entry.link, info: entry.info) ?? []).map(
                \.description)
        configuration = path
        // Without a PF, as inside a virtual machine, there is no pool that could have it.
        self.pools = pools.map { pools in
            (parent.map { pools.verdicts(on: function, of: $0.function) } ?? []).map(Pool.init)
        }
    }

    var text: String {
        DescriptionBlock([
            ("virtual function", virtualFunction),
            (
                "physical function",
                physicalFunction.map { address in
                    physicalFunctionInterface.map { "\(address) (\($0))" } ?? address
                }
            ),
            ("index", index.map(String.init)), ("driver", driver), ("interface", interface),
            ("namespace", namespace), ("state", state.rawValue), ("meaning", state.meaning),
            ("owner", owner?.text), ("stale", staleness),
        ]).text + lines.map { printable($0) + "\n" }.joined()
    }

    private var lines: [String] {
        var lines: [String] = []
        if !restorations.isEmpty {
            lines += ["", "its release sets back:"] + restorations.map { "  \($0)" }
        }
        guard let pools else {
            return lines + ["", "no pools: there is no \(configuration)"]
        }
        guard !pools.isEmpty else {
            return lines + ["", "no pools: \(configuration) has none that could have it"]
        }
        for pool in pools {
            lines += ["", "pool \(pool.name): \(pool.member ? "yes" : "no")"]
            lines += pool.remarks.map { "  \($0)" }
            for (position, filters) in pool.selectors.enumerated() {
                let name = pool.selectors.count == 1 ? "" : "selectors[\(position)] "
                if filters.isEmpty { lines.append("  \(name)selects every VF") }
                lines += filters.map { filter in
                    "  \(name)\(filter.key): \(filter.passes ? "yes" : "no"), asks for "
                        + "\(filter.wanted.joined(separator: " or ")), found \(filter.found)"
                }
            }
        }
        return lines
    }
}

extension ExplanationView.Pool {
    fileprivate init(_ verdict: PoolVerdict) {
        self.init(
            name: verdict.pool.fullName, member: verdict.isMember, remarks: verdict.remarks,
            selectors: verdict.selectors.map { filters in
                filters.map {
                    .init(key: $0.key, wanted: $0.wanted, found: $0.found, passes: $0.passes)
                }
            })
    }
}

extension VFCondition {
    /// What the state means, in a sentence.
    fileprivate var meaning: String {
        switch self {
        case .free: "nobody has it"
        case .userspace: "nobody is known to have it; a program may have it open"
        case .foreign: "somebody has it without a record"
        case .host: "the host itself uses it"
        case .noDriver: "nobody can have an interface of it without a driver"
        case .noInterface: "its driver makes no interface, or it is out of sight"
        case .unknown: "the state file may not be read"
        case .preparing: "it is being attached"
        case .reserved: "Docker has it for a container that is to come"
        case .joined: "Docker is about to move it into its container"
        case .attached: "its owner has it"
        case .leaving: "Docker is about to give it back"
        case .detaching: "it is being detached"
        case .restoring: "its owner has given it back; some of its settings are to be restored yet"
        }
    }
}
