/// This release of the programs.
package enum Release {
    package static var version: String { "0.1.0" }
}
