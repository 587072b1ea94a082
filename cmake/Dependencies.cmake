# Every dependency is a Debian 12 package; README.md lists them, ./dev installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)  # libyaml: manifests
find_package(simdjson REQUIRED)                             # requests and JSON files
find_package(yaml-cpp REQUIRED)                             # the policy file
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
# Debian ships cpp-httplib compiled and without a CMake package.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
if(BUILD_TESTING OR BROKERGATE_HARDENING)
  find_package(Catch2 REQUIRED)
endif()
if(BROKERGATE_BENCH)
  find_package(benchmark REQUIRED)
endif()

# A review makes some hundred small allocations: with this allocator it takes a
# sixth less time. The sanitizers bring one of their own.
set(BROKERGATE_ALLOCATOR)
if(NOT BROKERGATE_SANITIZE)
  find_package(mimalloc 2.0 REQUIRED)
  set(BROKERGATE_ALLOCATOR mimalloc)
endif()
