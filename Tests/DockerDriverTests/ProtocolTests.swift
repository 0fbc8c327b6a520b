import DockerDriver
import SRIOV
import SimulatedHost
import Testing

/// What every call has in common: paths, methods, bodies, the form of a reply.
@Suite struct ProtocolTests {
    static let calls = [
        "GwAllocCheck", "CreateNetwork", "DeleteNetwork", "AllocateNetwork", "FreeNetwork",
        "CreateEndpoint", "DeleteEndpoint", "EndpointOperInfo", "Join", "Leave", "DiscoverNew",
        "DiscoverDelete", "ProgramExternalConnectivity", "RevokeExternalConnectivity",
    ]

    /// Those that name an endpoint.
    static let callsOfEndpoints = [
        "CreateEndpoint", "DeleteEndpoint", "EndpointOperInfo", "Join", "Leave",
        "ProgramExternalConnectivity", "RevokeExternalConnectivity",
    ]

    @Test func theDriverTellsWhatItIs() throws {
        let driver = try DriverFixture().driver()
        let activation = driver.answer(method: "POST", path: "/Plugin.Activate", body: [])
        #expect(activation.status == .ok)
        #expect(activation.text == #"{"Implements":["NetworkDriver"]}"#)
        #expect(activation.error == nil)
        #expect(DriverReply.contentType == "application/vnd.docker.plugins.v1.2+json")
        let capabilities = driver.answer(
            method: "POST", path: "/NetworkDriver.GetCapabilities", body: [])
        #expect(capabilities.status == .ok)
        #expect(
            capabilities.text
                == #"{"ConnectivityScope":"local","GwAllocChecker":true,"Scope":"local"}"#)
    }

    @Test(arguments: [
        "/NetworkDriver.Nothing", "/IpamDriver.GetCapabilities", "/", "", "/NetworkDriver.join",
        "/NetworkDriver.Join/", "NetworkDriver.Join",
    ])
    func otherPathsAreNotFound(path: String) throws {
        let reply = try DriverFixture().driver().answer(
            method: "POST", path: path, body: Array("{}".utf8))
        #expect(reply.status.rawValue == 404)
        let message = "\"\(path)\" is not a call of a network driver"
        #expect(reply.text == (try failure(message)))
        #expect(reply.error == message)
    }

    @Test(arguments: ["GET", "PUT", "post", ""])
    func otherMethodsAreNotAllowed(method: String) throws {
        let driver = try DriverFixture().driver()
        let reply = driver.answer(method: method, path: "/NetworkDriver.Join", body: [])
        #expect(reply.status.rawValue == 405)
        #expect(reply.text == (try failure("/NetworkDriver.Join is called by POST")))
        let activation = driver.answer(method: method, path: "/Plugin.Activate", body: [])
        #expect(activation.status.rawValue == 405)
    }

    /// Docker's client repeats a call over a broken connection with the rest of a body that it has sent.
    @Test(arguments: calls)
    func anEmptyBodyIsNoSuccess(call: String) throws {
        let fixture = try DriverFixture()
        for body in ["", " \n"] {
            let reply = try fixture.call(call, body)
            #expect(reply.status.rawValue == 400)
            #expect(reply.text == (try failure("the request has no body")))
        }
    }

    @Test(arguments: calls)
    func aBodyMustBeAnObject(call: String) throws {
        let fixture = try DriverFixture()
        let array = try fixture.call(call, "[]")
        #expect(array.status.rawValue == 400)
        #expect(
            array.text == (try failure("the request's body must be a JSON object, not an array")))
        let half = try fixture.call(call, #"{"NetworkID":"#)
        #expect(half.status.rawValue == 400)
        #expect(
            half.text
                == (try failure("the request's body is not JSON: a value is missing at byte 13")))
    }

    @Test(
        arguments: calls.filter { !["GwAllocCheck", "DiscoverNew", "DiscoverDelete"].contains($0) })
    func theNetworkMustBeNamed(call: String) throws {
        let fixture = try DriverFixture()
        for body in [#"{"EndpointID":"e1"}"#, #"{"NetworkID":"","EndpointID":"e1"}"#] {
            let reply = try fixture.call(call, body)
            #expect(reply.status.rawValue == 400)
            #expect(reply.text == (try failure("NetworkID: missing")))
        }
        let number = try fixture.call(call, #"{"NetworkID":7}"#)
        #expect(number.text == (try failure("NetworkID: must be a string, not a number")))
        let path = try fixture.call(call, #"{"NetworkID":"../x"}"#)
        #expect(path.status.rawValue == 400)
        #expect(
            path.text
                == (try failure(
                    #"NetworkID: must be at most 128 letters, digits, _ and -, not "../x""#)))
    }

    @Test(arguments: callsOfEndpoints)
    func theEndpointMustBeNamed(call: String) throws {
        let reply = try DriverFixture().call(call, #"{"NetworkID":"n1"}"#)
        #expect(reply.status.rawValue == 400)
        #expect(reply.text == (try failure("EndpointID: missing")))
    }

    @Test func callsOfSwarmManagersAndDiscoveryHaveNoEffect() throws {
        let fixture = try DriverFixture()
        let before = fixture.host.kernel
        let network =
            #"{"NetworkID":"n1","Options":{},"IPv4Data":[{"Pool":"10.0.0.0/24"}],"IPv6Data":[]}"#
        #expect(try fixture.success("AllocateNetwork", network) == #"{"Options":{}}"#)
        #expect(try fixture.success("FreeNetwork", #"{"NetworkID":"n1"}"#) == "{}")
        let node = #"{"DiscoveryType":1,"DiscoveryData":{"Address":"10.0.0.1","Self":true}}"#
        #expect(try fixture.success("DiscoverNew", node) == "{}")
        #expect(try fixture.success("DiscoverDelete", node) == "{}")
        #expect(
            try fixture.success("RevokeExternalConnectivity", reference()) == "{}")
        #expect(fixture.host.kernel == before)
        #expect(fixture.warnings == [])
    }

    @Test func onlyAnInternalNetworkNeedsNoGateway() throws {
        let fixture = try DriverFixture()
        #expect(
            try fixture.success(
                "GwAllocCheck", #"{"Options":{"com.docker.network.internal":true}}"#)
                == #"{"SkipIPv4":true,"SkipIPv6":true}"#)
        for body in [
            #"{"Options":{"com.docker.network.internal":false}}"#, #"{"Options":{}}"#,
            #"{"Options":null}"#, "{}",
        ] {
            #expect(
                try fixture.success("GwAllocCheck", body)
                    == #"{"SkipIPv4":false,"SkipIPv6":false}"#)
        }
    }
}

/// The status of every code of an error.
@Suite struct DriverStatusTests {
    @Test(arguments: [
        (ManagerError.Code.invalidRequest, 400), (.notFound, 410), (.noneFree, 503),
        (.inUse, 409), (.obstructed, 409), (.unsupported, 422), (.invalidNamespace, 400),
        (.notPermitted, 403), (.incomplete, 500), (.stateUnusable, 500), (.stateBusy, 409),
        (.internal, 500),
    ])
    func everyCodeHasItsStatus(code: ManagerError.Code, status: Int) {
        #expect(DriverStatus(code).rawValue == status)
        let error = DriverError(reporting: ManagerError(code, "pf0 burns"))
        #expect(error.status.rawValue == status)
        #expect(error.message == "pf0 burns")
        // To Docker, 404 is a call that a driver does not serve, which it may take for a success.
        #expect(status != 404 && status != 200)
    }

    @Test func thereAreNoOtherCodes() {
        #expect(ManagerError.Code.allCases.count == 12)
    }

    /// A character may have any number of combining marks.
    @Test func anErrorIsShortWhateverItQuotes() throws {
        let long = "e" + String(repeating: "\u{301}", count: 200_000)
        let fixture = try DriverFixture()
        for body in [
            #"{"NetworkID":"n1","Options":{"com.docker.network.generic":{"\#(long)":"1"}}}"#,
            #"{"NetworkID":"n1","Options":{"com.docker.network.generic":{"vlan":"\#(long)"}}}"#,
            #"{"NetworkID":"\#(long)"}"#,
        ] {
            let reply = try fixture.call("CreateNetwork", body)
            #expect(reply.status == .badRequest)
            #expect(reply.body.count < 2000)
            #expect(try #require(reply.error).utf8.count < 1000)
        }
    }
}
