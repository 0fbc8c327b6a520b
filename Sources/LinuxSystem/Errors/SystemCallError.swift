/// A system call that failed: what was tried, on what, and the kernel's answer.
package struct SystemCallError: Error, Hashable, Sendable {
    /// What was tried, in a few words: `open`, `enter network namespace`.
    package let operation: String

    /// What it was tried on: a path, an address, an interface; empty where the operation says it all.
    package let subject: String

    /// The kernel's answer.
    package let errno: ErrorNumber

    package init(operation: String, subject: String, errno: ErrorNumber) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
    }
}

extension SystemCallError: CustomStringConvertible {
    /// `open /run/netns/a: no such file or directory (ENOENT)`
    package var description: String {
        subject.isEmpty ? "\(operation): \(errno)" : "\(operation) \(subject): \(errno)"
    }
}
