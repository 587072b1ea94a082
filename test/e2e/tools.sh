#!/bin/sh
# Leaves kube-apiserver, etcd, kubectl, helm and helm4 in build/tools. All of them come as Go modules and are built once,
# which takes a quarter of an hour. Where KUBEBUILDER_ASSETS names a folder, the first three are taken from there: it is
# what controller-runtime's envtest looks at. The lines on standard output say what stands where: NAME PATH.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
kubernetes=1.36.3
etcd=3.6.8
helm4=v4.3.1
say() { printf '%s\n' "e2e: $*" >&2; }

if ! command -v go >/dev/null; then
  say "Go 1.26 or newer is needed to build kube-apiserver and helm, and there is no go here"
  exit 2
fi
mkdir -p build/tools

# Without the stamps all of them take themselves for v0.0.0-master, and kubectl and helm believe it.
stamps="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps="$stamps -X $package.gitVersion=v$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=36"
done

# build NAME VERSION COMMAND...: builds test/e2e/MODULE unless the command already tells the version.
build() {
  name=$1
  module=$2
  version=$3
  shift 3
  if "build/tools/$name" "$@" 2>/dev/null | grep -qF "$version"; then return 0; fi
  say "building $name $version"
  (cd "test/e2e/$module" && nice -n 10 go build -trimpath -ldflags "$stamps" -o "$root/build/tools/$name" .)
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for name in etcd kube-apiserver kubectl; do
    if ! [ -x "$KUBEBUILDER_ASSETS/$name" ]; then
      say "KUBEBUILDER_ASSETS has no $name: $KUBEBUILDER_ASSETS"
      exit 2
    fi
    echo "$name $KUBEBUILDER_ASSETS/$name"
  done
else
  build etcd etcd "$etcd" --version
  build kubectl kubectl "v$kubernetes" version --client
  build kube-apiserver apiserver "v$kubernetes" --version
  for name in etcd kube-apiserver kubectl; do echo "$name $root/build/tools/$name"; done
fi

sh test/deploy/tools.sh
echo "helm $root/build/tools/helm"

if ! build/tools/helm4 version --short 2>/dev/null | grep -q "^$helm4"; then
  say "building helm $helm4"
  mkdir -p build/tools/helm4.d
  # Without the stamps it takes itself for v4.0 of no release, and for a client of Kubernetes 1.20.
  GOFLAGS='' GOBIN="$root/build/tools/helm4.d" nice -n 10 go install -ldflags "-s -w
    -X helm.sh/helm/v4/internal/version.version=$helm4" "helm.sh/helm/v4/cmd/helm@$helm4"
  mv build/tools/helm4.d/helm build/tools/helm4
  rmdir build/tools/helm4.d
fi
echo "helm4 $root/build/tools/helm4"
