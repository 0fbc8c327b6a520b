internal import FrontEndSupport
internal import JSON
internal import LinuxSystem
package import SRIOV

extension NodeConfiguration {
    /// The sections of the file. `daemon` is the daemon's own, which reads it itself; `cni`, the plugin's, is only checked here.
    package static var keys: [String] {
        ["$schema", "resourceList", "physicalFunctions", "cni", "daemon"]
    }

    /// Reads a configuration file.
    ///
    /// - Throws: `ManagerError` `notFound` if there is none, `invalidRequest` naming the file, the key and what is
    ///   wrong.
    package static func read(_ path: String) throws(ManagerError) -> NodeConfiguration {
        let text: String
        do {
            text = try readTextFile(path, limit: 1 << 20)
        } catch {
            throw ManagerError(
                error.errno == .noSuchFile ? .notFound : .invalidRequest, "configuration file",
                causes: [error])
        }
        return try NodeConfiguration(parsing: Array(text.utf8), path: path)
    }

    /// Checks a configuration file, which need not be there.
    ///
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package static func checkFile(_ path: String) throws(ManagerError) {
        do {
            _ = try read(path)
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    /// - Parameter path: Where the text comes from.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, and the key or the line and column of the mistake.
    package init(parsing bytes: [UInt8], path: String) throws(ManagerError) {
        let members = try JSONObject.document(bytes, path: path)
        let pools = try PoolList(members, path: path)
        do {
            try members.refuseKeys(otherThan: Self.keys)
            var functions: [PhysicalFunctionConfiguration] = []
            for object in try members.objects("physicalFunctions") {
                let function = try PhysicalFunctionConfiguration(object)
                if case .reference(let reference) = function.subject,
                    functions.contains(where: { $0.subject == function.subject })
                {
                    throw JSONKeyError(function.key, "there is another for \(reference)")
                }
                functions.append(function)
            }
            _ = try CNIConfiguration(members)
            self.init(pools: pools, physicalFunctions: functions)
        } catch {
            throw ManagerError(.invalidRequest, "\(path): \(error)")
        }
    }
}
