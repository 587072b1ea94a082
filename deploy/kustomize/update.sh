#!/bin/sh
# Writes the base anew from the chart, with its default values but for the mode: what is applied as it lies here holds
# nothing up. So does cluster-view/rbac.yaml, with the cluster view. namespace.yaml, each kustomization.yaml and the
# component enforce/ are written by hand. usage: update.sh [HELM]
set -eu
helm=$(command -v "${1:-helm}")
helm=$(realpath "$helm")
cd "$(dirname "$0")"
render() { "$helm" template brokergate ../chart --namespace brokergate-system --set policy.mode=observe "$@"; }
# Into FOLDER each template becomes a file, or all become FILE. The labels that only Helm may set are left out.
files() { # files FOLDER [FILE]
  awk -v folder="$1" -v file="${2:+$1/$2}" -v one="${2:+yes}" '
    /^---$/ { next }
    /^# Source: / {
      if (!one) { file = $3; sub(/.*\//, folder "/", file) }
      if (file in seen) print "---" >> file
      seen[file] = 1
      next
    }
    /^ *(app.kubernetes.io\/managed-by|helm.sh\/chart): / { next }
    { print >> file }'
}
base=$(render)
view=$(render --set clusterView.enabled=true --show-only templates/cluster-view.yaml)
find base -name '*.yaml' ! -name namespace.yaml ! -name kustomization.yaml -delete
rm -f cluster-view/rbac.yaml
printf '%s\n' "$base" | files base
printf '%s\n' "$view" | files cluster-view rbac.yaml
