/// What every call throws once the simulated process has died.
///
/// The machine goes on: only the process that worked on it is gone, so nothing it might still try
/// has any effect.
package struct SimulatedDeath: Error, CustomStringConvertible {
    package var description: String { "the simulated process is dead" }
}
