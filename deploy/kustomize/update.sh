#!/bin/sh
# Writes the base anew from the chart, with its default values but for the mode: what is applied as it lies here holds
# nothing up. namespace.yaml, kustomization.yaml and the component enforce/ are written by hand. usage: update.sh [HELM]
set -eu
helm=$(command -v "${1:-helm}")
helm=$(realpath "$helm")
cd "$(dirname "$0")"
rendered=$("$helm" template brokergate ../chart --namespace brokergate-system --set policy.mode=observe)
find base -name '*.yaml' ! -name namespace.yaml ! -name kustomization.yaml -delete
# Each template becomes a file. The labels that only Helm may set are left out.
printf '%s\n' "$rendered" | awk '
  /^---$/ { next }
  /^# Source: / { file = $3; sub(/.*\//, "base/", file); if (file in seen) print "---" >> file; seen[file] = 1; next }
  /^ *(app.kubernetes.io\/managed-by|helm.sh\/chart): / { next }
  { print >> file }'
