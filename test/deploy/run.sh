#!/bin/sh
# What deploy/ holds, rendered, judged and run: the chart with every source of certificates, values that have to be
# refused, the kustomize base, the image, and what alerts and dashboard read. usage: run.sh BROKERGATE VERSION
# MANIFESTS may name a folder with more manifests for the check of matchConditions.
set -u
brokergate=$(realpath "$1")
version=$2
cd "$(dirname "$0")/../.." || exit 2
work=$PWD/build/deploy-test
helm=$PWD/build/tools/helm
chart=deploy/chart
rm -rf "$work"
mkdir -p "$work/rendered"
passed=0
failed=0
count() { # count STATUS NAME
  if [ "$1" -eq 0 ]; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$2"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$2"
    [ ! -s "$work/log" ] || sed 's/^/          /' "$work/log"
  fi
}

sh test/e2e/tools.sh helm kubectl >/dev/null || exit 2

template() { "$helm" template brokergate "$chart" --namespace brokergate-system "$@"; }

# render NAME OPTION...: helm lints and renders these values, brokergate finds nothing to deny in what comes out, and
# reads the policy in it.
render() {
  name=$1
  shift
  "$helm" lint --strict --quiet "$chart" --namespace brokergate-system "$@" >"$work/log" 2>&1
  count $? "lint $name"
  template "$@" >"$work/rendered/$name.yaml" 2>"$work/log"
  count $? "render $name"
  "$brokergate" lint "$work/rendered/$name.yaml" >"$work/log" 2>&1
  count $? "brokergate lint $name"
  sed -n '/^  policy.yaml: |$/,/^---$/{/policy.yaml: |/d;/^---$/d;s/^    //;p}' "$work/rendered/$name.yaml" \
    >"$work/policy.yaml"
  grep -q '^kind: ExternalAccessPolicy$' "$work/policy.yaml" &&
    "$brokergate" lint --policy "$work/policy.yaml" "$work/rendered/$name.yaml" >"$work/log" 2>&1
  count $? "policy of $name"
}

# refuse WORD OPTION...: these values are refused, and helm says WORD.
refuse() {
  word=$1
  shift
  if template "$@" >/dev/null 2>"$work/log"; then
    count 1 "refused: $word, $1 $2"
  else
    grep -qF -- "$word" "$work/log"
    count $? "refused: $word, $1 $2"
  fi
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout /dev/null \
  -out "$work/ca.crt" 2>"$work/log" || exit 2
cat >"$work/full-values.yaml" <<'YAML'
policy:
  mode: warn
  onExisting: deny
  domain: kafka.example.com
  hostname: "{pod}.{domain}"
  listener: {name: OUTSIDE, port: "31090+{ordinal}", protocol: SSL}
  exposure: NodePort
  nodePortRange: 30000-32767
  internal: {provider: aws, required: false}
  preemptible: {pools: [cheap]}
  externalDNS: {prefix: external-dns.alpha.kubernetes.io/}
  kafkaVersion: "3.9"
  kubernetesVersion: "1.31"
  match: {namespaces: ["streaming*"]}
  rules: {traffic-policy: off, headless-service: info}
  suppressions:
    - {rule: alpha-annotation, object: Service/streaming/kafka-0, reason: the old cluster goes, expires: "2030-01-31"}
image:
  repository: registry.example.com/kafka/brokergate
  digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
  pullSecrets: [{name: registry}]
replicas: 3
listenAddress: "[::]"
staySeconds: 8
extraArgs: [--connections, "500"]
clientCA: {configMap: clients, names: [apiserver]}
priorityClassName: system-cluster-critical
podAnnotations: {example.com/team: kafka}
nodeSelector: {kubernetes.io/arch: amd64}
tolerations: [{key: infra, operator: Exists}]
antiAffinity: hard
webhooks:
  excludedNamespaces: [kube-system, kube-node-lease, gatekeeper-system]
  namespaceSelector: [{key: brokergate.io/ignore, operator: DoesNotExist}]
  mutating: {failurePolicy: Fail}
  matchConditions:
    - {name: not-by-the-operator, expression: 'request.userInfo.username != "system:serviceaccount:kafka:operator"'}
networkPolicy:
  webhookFrom: [{ipBlock: {cidr: 172.16.0.0/28}}]
  operationsFromNamespaces: [monitoring, observability]
metrics: {serviceMonitor: {enabled: true, labels: {release: prometheus}}}
YAML

cat >"$work/view-values.yaml" <<'YAML'
policy:
  nodePools:
    - {name: cheap, preemptible: true, labels: {pool: cheap}, taints: ["cheap=true:NoSchedule", {key: other}]}
  preemptible: {pools: ["spot-*"], labels: {pool: spot}, taints: [{key: spot, value: "true", effect: NoExecute}], mayLand: warn}
  clusterView: {whenStale: deny, staleAfterSeconds: 120}
clusterView:
  enabled: true
  resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}
  apiServerPorts: [8443]
  dns: true
networkPolicy: {apiServerTo: [{ipBlock: {cidr: 172.16.0.0/28}}]}
YAML

render default
render observe --set policy.mode=observe
render warn --set policy.mode=warn
render pod --set policy.inject=pod --set policy.domain=kafka.example.com
render pod-unknown --set policy.inject=pod --set policy.rules.unknown-form=deny
render cert-manager --set certificate.source=certManager
render cert-manager-issuer --set certificate.source=certManager --set certificate.certManager.issuerRef.name=company
render secret --set certificate.source=secret,certificate.secretName=own --set-file "certificate.caBundle=$work/ca.crt"
render full -f "$work/full-values.yaml"

render url --set webhooks.url=https://127.0.0.1:9443,certificate.source=secret,certificate.secretName=own \
  --set-file "certificate.caBundle=$work/ca.crt"

# The cluster view, alone and with all that it has to do with.
render view --set clusterView.enabled=true
render view-observe --set clusterView.enabled=true,policy.mode=observe
render view-pod --set clusterView.enabled=true,policy.inject=pod --set policy.domain=kafka.example.com
render view-full -f "$work/full-values.yaml" -f "$work/view-values.yaml"
# `helm upgrade --reuse-values` brings the values of a chart that had no cluster view.
render reused --set clusterView=null,networkPolicy.apiServerTo=null
cmp -s "$work/rendered/default.yaml" "$work/rendered/reused.yaml"
count $? "values of an older chart give what they gave"
render view-reused --set clusterView.enabled=true,clusterView.resources=null,clusterView.apiServerPorts=null \
  --set clusterView.dns=null,networkPolicy.apiServerTo=null

# kustomized NAME COMPONENT...: the base with these, made by kubectl.
kustomized() {
  name=$1
  shift
  mkdir -p "$work/overlays/$name"
  {
    printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
    printf 'resources: [../../../../deploy/kustomize/base]\ncomponents:\n'
    printf -- '  - ../../../../deploy/kustomize/%s\n' "$@"
  } >"$work/overlays/$name/kustomization.yaml"
  build/tools/kubectl kustomize "$work/overlays/$name" >"$work/rendered/$name.yaml" 2>"$work/log"
  count $? "kustomize $name"
  "$brokergate" lint "$work/rendered/$name.yaml" >"$work/log" 2>&1
  count $? "brokergate lint $name"
}
kustomized kustomize-enforce enforce
kustomized kustomize-view cluster-view
kustomized kustomize-both cluster-view enforce
kustomized kustomize-both-turned enforce cluster-view

# The certificate that is made has what the API server asks for.
render url-job --set webhooks.url=https://127.0.0.1:9443
grep -A 1 -e '- --host$' "$work/rendered/url-job.yaml" | grep -q '"127.0.0.1"'
count $? "host of url-job"
render url-cert-manager --set 'webhooks.url=https://[2001:db8::1]:9443,certificate.source=certManager'
grep -q 'ipAddresses: \["2001:db8::1"\]' "$work/rendered/url-cert-manager.yaml"
count $? "address of url-cert-manager"
render url-name --set webhooks.url=https://guard.example.com,certificate.source=certManager
grep -q '^    - guard.example.com$' "$work/rendered/url-name.yaml"
count $? "name of url-name"

refuse "polcy" --set polcy.mode=warn
refuse "mode" --set policy.mode=off
refuse "domian" --set policy.domian=kafka.example.com
refuse "/webhooks/timeoutSeconds" --set webhooks.timeoutSeconds=10
refuse "/webhooks/url" --set webhooks.url=https://127.0.0.1:9443/mutate
refuse "failurePolicy" --set webhooks.validating.failurePolicy=fail
refuse "replicas" --set replicas=0
refuse "/certificate/source" --set certificate.source=vault
refuse "secretName" --set certificate.source=secret --set-file "certificate.caBundle=$work/ca.crt"
refuse "caBundle" --set certificate.source=secret,certificate.secretName=own
refuse "caBundle" --set certificate.source=secret,certificate.secretName=own,certificate.caBundle=LS0tLS1CRUdJTg==
refuse "antiAffinity" --set antiAffinity=maybe
refuse "digest" --set image.digest=latest
refuse "rules" --set policy.rules.env-order=dney
refuse "operationsFromNamespaces" --set 'networkPolicy.operationsFromNamespaces={Monitoring}'

refuse "enabled" --set clusterView.enabled=maybe
refuse "clusterView" --set clusterView.on=true
refuse "apiServerPorts" --set 'clusterView.apiServerPorts={}'
refuse "apiServerPorts" --set 'clusterView.apiServerPorts={65536}'
refuse "apiServerTo" --set 'networkPolicy.apiServerTo[0].cidr=10.0.0.0/8'
refuse "memory" --set clusterView.resources.memory=1Gi
refuse "whenStale" --set policy.clusterView.whenStale=allow
refuse "staleAfterSeconds" --set policy.clusterView.staleAfterSeconds=0
refuse "staleAfter" --set policy.clusterView.staleAfter=60
refuse "mayLand" --set policy.preemptible.mayLand=never
refuse "name" --set 'policy.nodePools[0].preemptible=true'
refuse "name" --set 'policy.nodePools[0].name=cheap-*'
refuse "effect" --set 'policy.nodePools[0].name=a,policy.nodePools[0].taints[0].key=b,policy.nodePools[0].taints[0].effect=No'

# notes WORD OPTION...: what an installation with these values is told holds WORD; only an API server makes helm print it,
# so a chart that has the notes as an object is rendered.
cp -r "$chart" "$work/noted"
mv "$work/noted/templates/NOTES.txt" "$work/noted/notes"
printf 'kind: Notes\ntext: |\n{{ tpl (.Files.Get "notes") . | indent 2 }}\n' >"$work/noted/templates/notes.yaml"
notes() {
  word=$1
  shift
  "$helm" template brokergate "$work/noted" --namespace brokergate-system --show-only templates/notes.yaml "$@" \
    >"$work/log" 2>&1 && grep -qF -- "$word" "$work/log"
  count $? "notes: $word, $*"
}
notes "WARNING: policy.domain is empty" --set policy.mode=observe
notes "Policy mode: warn" --set policy.mode=warn,policy.domain=kafka.example.com
if grep -q WARNING "$work/log"; then count 1 "notes: no warning with a domain"; else count 0 "notes: no warning with a domain"; fi
notes "--set policy.mode=warn" --set policy.mode=observe
notes "--set policy.mode=enforce" --set policy.mode=warn
notes "kubectl delete validatingwebhookconfiguration brokergate" --set policy.mode=enforce
notes "--as system:serviceaccount:brokergate-system:brokergate" --set clusterView.enabled=true
notes "clusterView.enabled=true" --set policy.clusterView.whenStale=deny

deploy/image/build.sh "$brokergate" "$version" >"$work/log" 2>&1
count $? "image is built"
cat "$work/log"
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
(cd test/deploy/check && go build -o "$work/fakeapi" ./fakeapi) >"$work/log" 2>&1
count $? "API server for the image is built"
$as_root sh test/deploy/image.sh build/image/brokergate.tar "$work/fakeapi" "$work/image" >"$work/log" 2>&1
count $? "image runs as a cluster runs it"
cat "$work/log"

# Never from the cache: what is judged stands in files that Go does not look at.
(cd test/deploy/check && SOURCE="$OLDPWD" RENDERED="$work/rendered" BROKERGATE="$brokergate" \
  METRICS="$work/image/metrics" ASKED="$work/image/asked" go test -count=1 -v ./... >"$work/checks" 2>&1)
status=$?
: >"$work/log"
sed -n 's/^--- \([A-Z]*\): \([A-Za-z0-9]*\) .*/\1 \2/p' "$work/checks" >"$work/results"
while read -r result name; do
  [ "$result" = PASS ]
  count $? "$name"
done <"$work/results"
if [ "$status" -ne 0 ] || ! grep -q '^--- PASS' "$work/checks"; then
  cut -c 1-1000 "$work/checks"
  [ "$failed" -gt 0 ] || count 1 "the checks did not run"
fi
grep -E 'kept away by|was asked' "$work/checks"

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
