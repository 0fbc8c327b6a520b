/// What the daemon tells of itself: the answer to `GET /v1/status`.
///
/// The keys are those of the properties and stay as they are; one without a value is absent.
package struct DaemonReport: Hashable, Codable, Sendable {
    /// The sockets that the daemon listens on.
    package struct Sockets: Hashable, Codable, Sendable {
        /// nil if Docker has no part in it.
        package var docker: String?
        /// The path of the socket that `vfmap status` asks.
        package var status: String
        /// An address with a port, or a path; nil if metrics are served nowhere.
        package var metrics: String?

        package init(docker: String?, status: String, metrics: String? = nil) {
            self.docker = docker
            self.status = status
            self.metrics = metrics
        }
    }

    /// The runs of the reconciler.
    package struct Reconciliation: Hashable, Codable, Sendable {
        package struct Run: Hashable, Codable, Sendable {
            /// When it began, in seconds since 1970.
            package var at: Int64
            /// Seconds.
            package var duration: Double
            /// What called for it: `start`, `timer`, an event.
            package var reason: String
            /// Attachments that needed something.
            package var entries: Int
            /// Those of them for which something is left to do; 1 for a run that failed as a whole.
            package var failures: Int

            package init(
                at: Int64, duration: Double, reason: String, entries: Int, failures: Int
            ) {
                self.at = at
                self.duration = duration
                self.reason = reason
                self.entries = entries
                self.failures = failures
            }
        }

        /// How many there were.
        package var runs: Int
        /// nil before the first has ended.
        package var last: Run?
        /// When the next one is due if nothing calls for it, in seconds since 1970; nil during a run.
        package var next: Int64?

        package init(runs: Int, last: Run?, next: Int64?) {
            self.runs = runs
            self.last = last
            self.next = next
        }
    }

    /// The calls of Docker.
    package struct Requests: Hashable, Codable, Sendable {
        package struct Call: Hashable, Codable, Sendable {
            /// Answered calls, those with an error included.
            package var count: Int
            /// Calls that were answered with an error.
            package var failures: Int
            /// Time spent in all of them together.
            package var seconds: Double

            package init(count: Int, failures: Int, seconds: Double) {
                self.count = count
                self.failures = failures
                self.seconds = seconds
            }
        }

        /// Those that have been answered.
        package var total: Int
        /// Those that were answered with an error.
        package var failed: Int
        /// Those that are waiting or being worked on.
        package var active: Int
        /// Answered calls by path.
        ///
        /// Calls with a path that is not known, and those of further paths after the first 63, are together as
        /// `unknown`; calls that were refused because too many were waiting are together as `refused`.
        package var byCall: [String: Call]

        package init(total: Int, failed: Int, active: Int, byCall: [String: Call]) {
            self.total = total
            self.failed = failed
            self.active = active
            self.byCall = byCall
        }
    }

    /// The state file.
    package struct StateFile: Hashable, Codable, Sendable {
        package var path: String
        /// Whether the attachments could be read from it for this report.
        package var usable: Bool
        /// Why it is not usable.
        package var error: String?

        package init(path: String, usable: Bool, error: String?) {
            self.path = path
            self.usable = usable
            self.error = error
        }
    }

    /// How PFs differ from what the configuration asks of them.
    package struct Drift: Hashable, Codable, Sendable {
        package struct Function: Hashable, Codable, Sendable {
            /// The PF's interface, or its address, or how the configuration names one that is not there.
            package var name: String
            /// How many steps it would take to make the PF as it is asked for.
            package var stepCount: Int
            /// The first of them in words.
            package var steps: [String]
            /// What is asked for and cannot be done, one sentence each.
            package var problems: [String]

            package init(name: String, stepCount: Int, steps: [String], problems: [String]) {
                self.name = name
                self.stepCount = stepCount
                self.steps = steps
                self.problems = problems
            }
        }

        /// What the daemon does about it: `report`, `mend`.
        package var handling: String
        /// When PFs were last looked at, in seconds since 1970.
        package var at: Int64
        /// Why that failed; the rest is of the time before then.
        package var error: String?
        /// Every PF that the configuration names, and those without a difference too.
        package var functions: [Function]

        package init(handling: String, at: Int64, error: String?, functions: [Function]) {
            self.handling = handling
            self.at = at
            self.error = error
            self.functions = functions
        }
    }

    /// Something that went wrong.
    package struct Failure: Hashable, Codable, Sendable {
        /// Seconds since 1970.
        package var time: Int64
        /// The message with its fields, at most 1000 bytes.
        package var text: String

        package init(time: Int64, text: String) {
            self.time = time
            self.text = text
        }
    }

    /// The version of vfmapd.
    package var version: String
    /// The daemon's process number in its own PID namespace.
    package var pid: Int32
    /// Seconds since 1970.
    package var started: Int64
    /// Seconds.
    package var uptime: Int64
    /// The path of the configuration file, whether or not there is one.
    package var configuration: String
    package var sockets: Sockets
    package var reconciliation: Reconciliation
    package var requests: Requests
    package var stateFile: StateFile
    /// How many attachments there are in each phase; nil if the state file cannot be read.
    package var attachments: [String: Int]?
    /// nil before PFs were first looked at, and where the configuration names none.
    package var drift: Drift?
    /// The last 20, the latest at the end.
    package var lastErrors: [Failure]

    package init(
        version: String, pid: Int32, started: Int64, uptime: Int64, configuration: String,
        sockets: Sockets, reconciliation: Reconciliation, requests: Requests,
        stateFile: StateFile, attachments: [String: Int]?, drift: Drift? = nil,
        lastErrors: [Failure]
    ) {
        self.version = version
        self.pid = pid
        self.started = started
        self.uptime = uptime
        self.configuration = configuration
        self.sockets = sockets
        self.reconciliation = reconciliation
        self.requests = requests
        self.stateFile = stateFile
        self.attachments = attachments
        self.drift = drift
        self.lastErrors = lastErrors
    }
}
