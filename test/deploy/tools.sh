#!/bin/sh
# Leaves helm at build/tools/helm. It comes as a Go module and takes some minutes the first time.
set -eu
cd "$(dirname "$0")/../.."
helm_version=v3.19.0
module=helm.sh/helm/v3
say() { printf '%s\n' "deploy-test: $*" >&2; }

if ! command -v go >/dev/null; then
  say "Go 1.24 or newer is needed to build helm and the checks, and there is no go here"
  exit 2
fi
if build/tools/helm version --short 2>/dev/null | grep -q "^$helm_version"; then exit 0; fi
say "building helm $helm_version"
mkdir -p build/tools
# Without the stamps helm takes itself for another version, and for a client of Kubernetes 1.20.
stamps="-X $module/internal/version.version=$helm_version
  -X $module/pkg/chartutil.k8sVersionMajor=1 -X $module/pkg/chartutil.k8sVersionMinor=34
  -X $module/pkg/lint/rules.k8sVersionMajor=1 -X $module/pkg/lint/rules.k8sVersionMinor=34"
GOFLAGS='' GOBIN="$PWD/build/tools" nice go install -ldflags "$stamps" "$module/cmd/helm@$helm_version"
