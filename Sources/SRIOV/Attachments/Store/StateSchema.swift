internal import SQLite

/// The shape of the state file, as the list of steps that lead to it.
package struct StateSchema: Sendable {
    /// The version that the steps lead to (`PRAGMA user_version`).
    package let version: Int64
    private let makeSteps: @Sendable () -> [[String]]

    package init(steps: [[String]]) {
        self.init(version: Int64(steps.count)) { steps }
    }

    /// - Parameter makeSteps: Makes the steps up to the version, where they are needed.
    private init(version: Int64, _ makeSteps: @escaping @Sendable () -> [[String]]) {
        self.version = version
        self.makeSteps = makeSteps
    }

    /// The statements of each step; the step at index n leads from version n to version n + 1.
    package var steps: [[String]] { makeSteps() }

    /// The mark of a database of vfmap (`PRAGMA application_id`): `vfmp`.
    package static var applicationID: Int64 { 0x7666_6d70 }

    /// The schema that this program writes and reads.
    ///
    /// A step that was released is never changed; a new one is added behind it. After a step the statements of a program
    /// that knows one version less still work, so that it can be put back over a newer one: it goes on with what it
    /// knows. Only a record in a format that it does not know counts as damaged there.
    package static let current = StateSchema(version: 3) {
        [
            [
                // The columns beside `record` are copies of its fields, for the engine to keep unique
                // and to search by. `checksum` is that of `record`: SQLite has none.
                """
                CREATE TABLE attachments (
                    boot TEXT NOT NULL,
                    address TEXT NOT NULL,
                    pf TEXT,
                    front_end TEXT NOT NULL,
                    network TEXT NOT NULL,
                    container TEXT NOT NULL,
                    interface_name TEXT NOT NULL,
                    phase TEXT NOT NULL,
                    created INTEGER NOT NULL,
                    record TEXT NOT NULL,
                    checksum INTEGER NOT NULL,
                    PRIMARY KEY (boot, address),
                    UNIQUE (boot, front_end, network, container, interface_name)
                ) WITHOUT ROWID
                """
            ],
            [
                // Networks of runtimes, which outlive a boot. `definition` is the front end's own.
                """
                CREATE TABLE networks (
                    front_end TEXT NOT NULL,
                    identifier TEXT NOT NULL,
                    created INTEGER NOT NULL,
                    definition TEXT NOT NULL,
                    checksum INTEGER NOT NULL,
                    PRIMARY KEY (front_end, identifier)
                ) WITHOUT ROWID
                """
            ],
            [
                // `part` distinguishes the subjects of one function, each with its owner; empty for the
                // function itself. The records stay as they were written: `Attachment` reads both formats.
                "ALTER TABLE attachments RENAME TO former_attachments",
                """
                CREATE TABLE attachments (
                    boot TEXT NOT NULL,
                    address TEXT NOT NULL,
                    part TEXT NOT NULL DEFAULT '',
                    pf TEXT,
                    front_end TEXT NOT NULL,
                    network TEXT NOT NULL,
                    container TEXT NOT NULL,
                    interface_name TEXT NOT NULL,
                    phase TEXT NOT NULL,
                    created INTEGER NOT NULL,
                    record TEXT NOT NULL,
                    checksum INTEGER NOT NULL,
                    PRIMARY KEY (boot, address, part),
                    UNIQUE (boot, front_end, network, container, interface_name)
                ) WITHOUT ROWID
                """,
                """
                INSERT INTO attachments
                SELECT boot, address, '', pf, front_end, network, container, interface_name, phase,
                    created, record, checksum
                FROM former_attachments
                """,
                "DROP TABLE former_attachments",
            ],
        ]
    }

    /// Brings a database from a version to this one, inside the caller's transaction.
    ///
    /// - Parameter beforeWrite: Called before every statement.
    func migrate(
        _ database: borrowing SQLiteDatabase, from version: Int64, beforeWrite: () throws -> Void
    ) throws {
        for step in steps[Int(version)...] {
            for statement in step {
                try beforeWrite()
                try database.execute(statement)
            }
        }
        try beforeWrite()
        try database.execute("PRAGMA application_id = \(Self.applicationID)")
        try beforeWrite()
        try database.execute("PRAGMA user_version = \(self.version)")
    }
}
