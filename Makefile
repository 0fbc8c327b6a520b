# The front door of vfmap. `make help` lists the targets.

SHELL := /bin/bash
CONFIGURATION ?= release
export DESTDIR PREFIX CNI_BIN
LAB := Tests/Lab/lab
# No library is looked for in the program's own directory, which SwiftPM would add to the programs ($$ORIGIN).
BUILD := swift build -c $(CONFIGURATION) --static-swift-stdlib --disable-local-rpath

.PHONY: help setup build test test-unit test-hostile test-lab test-long bench link-order demo lab-shell install uninstall deb lint format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: ## Install the C libraries that the build needs (Debian, Ubuntu; as root)
	@Tests/Lab/install-build-packages.sh

build: setup ## Build .build/release/sriov, vfmap and vfmapd
	$(BUILD) --product sriov
	$(BUILD) --product vfmap
	$(BUILD) --product vfmapd

test: lint build test-unit test-hostile test-lab ## Everything that CI runs: unit, fault, namespace and lab tests

test-unit: setup ## Tests that need no hardware; those of namespaces need root
	swift build --build-tests
	swift test --skip-build --skip DaemonTests
# Apart: they have deadlines of a real server's, and the others keep every processor busy.
	swift test --skip-build --filter DaemonTests

test-hostile: ## Containers that attack their VF, in namespaces of this machine (as root); needs `make test-unit` before
	@Tests/Hostile/test.sh

test-lab: ## Tests in a guest with emulated SR-IOV hardware; needs `make build test-unit` before
	@Tests/Lab/test.sh

test-long: test ## The tests of `make test` and the long ones
	VFMAP_TEST_LONG=1 swift test --skip-build --filter 'Hostile|JSONParser'
	@VFMAP_TEST_LONG=1 Tests/Hostile/test.sh
	@Tests/Lab/test.sh --long

bench: build ## Measure the plugin against host-device and the least that the kernel needs, and the tool against lspci
	@Tests/Bench/bench.sh
	@Tests/Bench/node.sh

link-order: setup ## Regenerate Sources/StaticRuntime/link-order.txt, by which the linker places what an ADD and a DEL touch
	@Tests/Bench/link-order.sh

demo: build ## Show the main job: on emulated hardware, or with PF=<name> on this host's
	@Tests/Lab/suites/demo.sh $(PF)

lab-shell: ## A shell in a guest with emulated SR-IOV hardware
	@$(LAB) shell

install: ## Install what `make build` has made; DESTDIR, PREFIX (/usr/local) and CNI_BIN (/opt/cni/bin) tell where
	@packaging/install.sh install

uninstall: ## Take away what `make install` has installed
	@packaging/install.sh uninstall

deb: build ## Make .build/vfmap_<version>_amd64.deb
	@packaging/build-deb.sh

lint: setup ## Check the format, and the shell scripts for mistakes
	swift format lint --strict --recursive Sources Tests Package.swift
	@shellcheck -a -x $$(grep -lE '^#!/.*sh$$' Tests/Lab/* Tests/Lab/*/* Tests/Bench/* Tests/Hostile/* packaging/* packaging/deb/* 2>/dev/null)

format: ## Put everything into the format
	swift format --in-place --recursive Sources Tests Package.swift

clean: ## Remove what was built
	swift package clean
