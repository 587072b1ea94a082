#!/bin/sh
# Leaves kube-apiserver, etcd, kubectl, helm and helm4 in build/tools, or only those that are named. They come as Go
# modules, of the versions that tools/go.mod says, and are built once, in some five minutes of two cores. Where
# KUBEBUILDER_ASSETS names a folder, the first three are taken from there: it is what controller-runtime's envtest looks
# at. The lines on standard output say what stands where: NAME PATH. usage: tools.sh [NAME...]
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
modules=test/e2e/tools
[ $# -gt 0 ] || set -- etcd kubectl kube-apiserver helm helm4
say() { printf '%s\n' "tools: $*" >&2; }

if ! command -v go >/dev/null; then
  say "Go 1.26 or newer is needed to build $*, and there is no go here"
  exit 2
fi
mkdir -p build/tools

# The version of a module that modules/go.mod requires.
required() { sed -n "s#^[[:blank:]]*$1 \(v[0-9.]*\).*#\1#p" "$modules/go.mod" | head -n 1; }
kubernetes=$(required k8s.io/kubernetes)
etcd=$(required go.etcd.io/etcd/server/v3)
helm=$(required helm.sh/helm/v3)
helm4=$(required helm.sh/helm/v4)

# Without the stamps all of them take themselves for a version that was never released, and kubectl and helm believe it.
stamps="-s -w -X helm.sh/helm/v3/internal/version.version=$helm -X helm.sh/helm/v4/internal/version.version=$helm4"
minor=$(printf '%s\n' "$kubernetes" | cut -d . -f 2)
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps="$stamps -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=$minor"
done
for package in helm.sh/helm/v3/pkg/chartutil helm.sh/helm/v3/pkg/lint/rules; do
  stamps="$stamps -X $package.k8sVersionMajor=1 -X $package.k8sVersionMinor=$minor"
done

# build NAME PACKAGE VERSION COMMAND...: unless the command already tells the version. What no debugger reads is not
# made, and all of them are built in one way: what one has compiled, the next has not to.
build() {
  name=$1
  package=$2
  version=$3
  shift 3
  if "build/tools/$name" "$@" 2>/dev/null | grep -qF "$version"; then return 0; fi
  say "building $name $version"
  (cd "$modules" && CGO_ENABLED=0 nice -n 10 go build -trimpath -buildvcs=false -gcflags=all=-dwarf=false \
    -ldflags "$stamps" -o "$root/build/tools/$name" "$package")
}

for name in "$@"; do
  case $name in
    etcd | kubectl | kube-apiserver)
      if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
        if ! [ -x "$KUBEBUILDER_ASSETS/$name" ]; then
          say "KUBEBUILDER_ASSETS has no $name: $KUBEBUILDER_ASSETS"
          exit 2
        fi
        echo "$name $KUBEBUILDER_ASSETS/$name"
        continue
      fi
      ;;
  esac
  case $name in
    etcd) build etcd ./etcd "${etcd#v}" --version ;;
    kubectl) build kubectl ./kubectl "$kubernetes" version --client ;;
    kube-apiserver) build kube-apiserver ./kube-apiserver "$kubernetes" --version ;;
    helm) build helm helm.sh/helm/v3/cmd/helm "$helm" version --short ;;
    helm4) build helm4 helm.sh/helm/v4/cmd/helm "$helm4" version --short ;;
    *)
      say "there is no $name"
      exit 2
      ;;
  esac
  echo "$name $root/build/tools/$name"
done
