/// How long verbs wait for others.
package struct Timeouts: Hashable, Sendable {
    /// For another process to finish its work on the same VF or PF. Container runtimes give a
    /// plugin about 60 s in all.
    package var lock: Duration = .seconds(20)

    /// For the kernel to give back the VF of a namespace that has gone: about 4 s on an emulated
    /// machine, far less on a real one.
    package var returnOfInterface: Duration = .seconds(15)

    /// For the interfaces of VFs that were just created.
    package var creation: Duration = .seconds(60)

    /// For the interface of a VF that was bound to another driver.
    package var binding: Duration = .seconds(10)

    /// For the carrier of a PF that was just brought up; there may be no cable.
    package var carrier: Duration = .seconds(10)

    /// For drivers that answer EAGAIN or EBUSY to settings, as while a VF resets: in all, in each minute.
    package var busyDriver: Duration = .seconds(3)

    /// For a runtime that moves VFs by itself to say where, once it has one. Docker does so at once; only its
    /// death lies in between.
    package var reservation: Duration = .seconds(300)

    /// For the runtime to move the VF, after it has named the namespace.
    package var join: Duration = .seconds(120)

    /// For the runtime to end an attachment, after it takes the VF out or the container has lost
    /// its last process.
    package var leave: Duration = .seconds(60)

    /// For searching the network namespaces of the machine for a VF. Every user can make any number of them.
    package var search: Duration = .seconds(10)

    package init() {}
}
