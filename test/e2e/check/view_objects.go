package main

import (
	"fmt"
	"strconv"
	"strings"
)

// An installation of Kafka that is right by viewPolicy(), each field apart that a scenario makes wrong.
type kafka struct {
	name     string
	replicas int
	// Below spec.template.spec, in flow style: `nodeSelector: {pool: spot}`.
	placement string
	// What the brokers advertise to clients outside; empty: nothing, so that brokergate writes it.
	external string
	label    string
}

// Advertised as brokergate would write it.
func outsideAt(port int) string { return fmt.Sprintf("$(POD_NAME).%s:%d", viewDomain, port) }

func newKafka(name string) kafka {
	return kafka{name: name, replicas: 2, external: outsideAt(9094)}
}

func (k kafka) on(placement string) kafka         { k.placement = placement; return k }
func (k kafka) of(replicas int) kafka             { k.replicas = replicas; return k }
func (k kafka) advertising(external string) kafka { k.external = external; return k }
func (k kafka) labelled(label string) kafka       { k.label = label; return k }

// The port of what is advertised.
func (k kafka) port() int {
	_, text, _ := strings.Cut(k.external, ":")
	port, err := strconv.Atoi(text)
	check(err)
	return port
}

const (
	onSpot   = `nodeSelector: {cloud.google.com/gke-spot: "true"}`
	onStable = `nodeSelector: {pool: stable}`
)

// The StatefulSet and the headless Service that governs it.
func (k kafka) set() string {
	advertised, listeners, protocols := fmt.Sprintf("PLAINTEXT://$(POD_NAME).%s-headless:9092", k.name), "PLAINTEXT://:9092",
		"PLAINTEXT:PLAINTEXT"
	ports := "{name: inside, containerPort: 9092}"
	if k.external != "" {
		advertised += ",EXTERNAL://" + k.external
		listeners += ",EXTERNAL://:9094"
		protocols += ",EXTERNAL:PLAINTEXT"
		ports += ", {name: outside, containerPort: 9094}"
	}
	return fmt.Sprintf(`
apiVersion: v1
kind: Service
metadata: {name: %[1]s-headless}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  ports: [{name: inside, port: 9092}]
  selector: {app: %[1]s, app.kubernetes.io/name: kafka}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: %[1]s, labels: {app: %[1]s, note: "%[7]s"}}
spec:
  serviceName: %[1]s-headless
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s, app.kubernetes.io/name: kafka}}
  template:
    metadata: {labels: {app: %[1]s, app.kubernetes.io/name: kafka}}
    spec:
      %[3]s
      containers:
        - name: broker
          image: confluentinc/cp-kafka:7.4.1
          ports: [%[8]s]
          command: [sh, -c, 'export KAFKA_BROKER_ID=${HOSTNAME##*-} && exec /etc/confluent/docker/run']
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: KAFKA_ZOOKEEPER_CONNECT, value: "zookeeper:2181"}
            - {name: KAFKA_ADVERTISED_LISTENERS, value: "%[4]s"}
            - {name: KAFKA_LISTENERS, value: "%[5]s"}
            - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "%[6]s"}
---
`, k.name, k.replicas, k.placement, advertised, listeners, protocols, k.label, ports)
}

// A Service of one broker; `ports` and `more` in flow style.
func (k kafka) service(ordinal int, kind, ports, more string) string {
	return fmt.Sprintf(`
apiVersion: v1
kind: Service
metadata: {name: %[1]s-%[2]d, annotations: {external-dns.kubernetes.io/hostname: %[1]s-%[2]d.%[6]s,
  external-dns.alpha.kubernetes.io/hostname: %[1]s-%[2]d.%[6]s%[5]s}}
spec:
  type: %[3]s
  ports: [%[4]s]
  selector: {app: %[1]s, app.kubernetes.io/name: kafka, statefulset.kubernetes.io/pod-name: %[1]s-%[2]d}
---
`, k.name, ordinal, kind, ports, more, viewDomain)
}

func (k kafka) balancer(ordinal, port int) string {
	return k.service(ordinal, "LoadBalancer", fmt.Sprintf("{name: outside, port: %d, targetPort: 9094}", port),
		fmt.Sprintf(", %s: Internal, %s: Internal", gke, gkeNew))
}

func (k kafka) balancers() string {
	var all []string
	for i := range k.replicas {
		all = append(all, k.balancer(i, 9094))
	}
	return strings.Join(all, "")
}

func (k kafka) onNode(ordinal, nodePort int) string {
	return k.service(ordinal, "NodePort", fmt.Sprintf("{name: outside, port: 9094, targetPort: 9094, nodePort: %d}", nodePort), "")
}
