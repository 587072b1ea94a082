package main

import (
	"encoding/json"
	"fmt"
)

type manifest struct{ path, body string }

const (
	annotation = "cloud.google.com/load-balancer-type"
	outside    = "EXTERNAL://$(POD_NAME).kafka.example.com:9094"
)

type object = map[string]any

func encoded(value any) string {
	text, err := json.Marshal(value)
	check(err)
	return string(text)
}

func named(name, value string) object { return object{"name": name, "value": value} }

// Brokers as people write them, with what stands around them; they lack nothing but what they tell clients outside.
// Options of Kafka fill it to the size.
func brokers(size int) manifest {
	labels := object{"app": "kafka", "app.kubernetes.io/name": "kafka", "app.kubernetes.io/managed-by": "Helm"}
	container := brokerContainer()
	set := object{
		"apiVersion": "apps/v1", "kind": "StatefulSet",
		"metadata": object{"name": "kafka", "namespace": "streaming", "labels": labels,
			"annotations": object{"example.com/team": "streaming", "example.com/runbook": "https://example.com/kafka"}},
		"spec": object{
			"replicas": 3, "serviceName": "kafka-headless", "podManagementPolicy": "Parallel",
			"selector":       object{"matchLabels": object{"app": "kafka"}},
			"updateStrategy": object{"type": "RollingUpdate"},
			"template": object{
				"metadata": object{"labels": labels, "annotations": object{"prometheus.io/scrape": "true",
					"prometheus.io/port": "5556"}},
				"spec": pod(container),
			},
			"volumeClaimTemplates": []any{object{
				"metadata": object{"name": "data"},
				"spec": object{"accessModes": []any{"ReadWriteOnce"}, "storageClassName": "ssd",
					"resources": object{"requests": object{"storage": "500Gi"}}},
			}},
		},
	}
	env := container["env"].([]any)
	for i := 0; ; i++ {
		container["env"] = env
		if body := encoded(set); len(body) >= size {
			return manifest{"/apis/apps/v1/namespaces/streaming/statefulsets", body}
		}
		env = append(env, named(fmt.Sprintf("KAFKA_SOME_OPTION_OF_BROKERS_%03d", i), fmt.Sprint(60000+i)))
	}
}

func brokerContainer() object {
	probe := object{"tcpSocket": object{"port": 9092}, "initialDelaySeconds": 20, "periodSeconds": 10,
		"timeoutSeconds": 5, "failureThreshold": 6}
	return object{
		"name": "kafka", "image": "confluentinc/cp-kafka:7.7.1", "imagePullPolicy": "IfNotPresent",
		"command": []any{"sh", "-ec", "export KAFKA_NODE_ID=${POD_NAME##*-}\nexec /etc/confluent/docker/run\n"},
		"env": []any{
			object{"name": "POD_NAME", "valueFrom": object{"fieldRef": object{"fieldPath": "metadata.name"}}},
			named("CLUSTER_ID", "MkU3OEVBNTcwNTJENDM2Qk"),
			named("KAFKA_HEAP_OPTS", "-Xms3g -Xmx3g"),
			named("KAFKA_PROCESS_ROLES", "broker"),
			named("KAFKA_CONTROLLER_QUORUM_VOTERS", "100@kafka-controller-0.kafka-controller:9093"),
			named("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
			named("KAFKA_INTER_BROKER_LISTENER_NAME", "PLAINTEXT"),
			named("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094"),
			named("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
				"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT"),
			named("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://$(POD_NAME).kafka-headless:9092"),
			named("KAFKA_LOG_DIRS", "/var/lib/kafka/data"),
		},
		"ports": []any{object{"name": "internal", "containerPort": 9092},
			object{"name": "external", "containerPort": 9094}, object{"name": "jmx", "containerPort": 5555}},
		"readinessProbe": probe, "livenessProbe": probe, "startupProbe": probe,
		"lifecycle": object{"preStop": object{"exec": object{"command": []any{"sh", "-c", "kafka-server-stop; sleep 20"}}}},
		"resources": object{"requests": object{"cpu": "1", "memory": "4Gi"}, "limits": object{"memory": "6Gi"}},
		"securityContext": object{"runAsNonRoot": true, "allowPrivilegeEscalation": false,
			"capabilities": object{"drop": []any{"ALL"}}},
		"volumeMounts": []any{object{"name": "data", "mountPath": "/var/lib/kafka/data"}},
	}
}

func pod(broker object) object {
	same := object{"matchLabels": object{"app": "kafka"}}
	return object{
		"serviceAccountName": "kafka", "terminationGracePeriodSeconds": 120, "enableServiceLinks": false,
		"securityContext": object{"fsGroup": 1000, "runAsUser": 1000},
		"initContainers": []any{object{
			"name": "permissions", "image": "registry.example.com/library/shell:1.36",
			"command":         []any{"sh", "-c", "chown -R 1000:1000 /data"},
			"securityContext": object{"runAsUser": 0}, "volumeMounts": []any{object{"name": "data", "mountPath": "/data"}},
			"resources": object{"requests": object{"cpu": "10m", "memory": "16Mi"}},
		}},
		"containers": []any{broker, object{
			"name": "metrics", "image": "registry.example.com/exporters/jmx:0.20",
			"args":          []any{"5556", "/etc/exporter/rules.yml"},
			"ports":         []any{object{"name": "metrics", "containerPort": 5556}},
			"env":           []any{named("JVM_OPTS", "-Xmx64m"), named("JMX_URL", "service:jmx:rmi:///jndi/rmi://127.0.0.1:5555/jmxrmi")},
			"livenessProbe": object{"httpGet": object{"path": "/", "port": 5556}, "initialDelaySeconds": 30},
			"resources":     object{"requests": object{"cpu": "50m", "memory": "128Mi"}},
			"volumeMounts":  []any{object{"name": "rules", "mountPath": "/etc/exporter"}},
		}},
		"affinity": object{
			"podAntiAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": []any{
				object{"labelSelector": same, "topologyKey": "kubernetes.io/hostname"}}},
			"nodeAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": object{"nodeSelectorTerms": []any{
				object{"matchExpressions": []any{object{"key": "pool", "operator": "In", "values": []any{"kafka"}}}}}}},
		},
		"topologySpreadConstraints": []any{object{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
			"whenUnsatisfiable": "DoNotSchedule", "labelSelector": same}},
		"tolerations": []any{object{"key": "dedicated", "operator": "Equal", "value": "kafka", "effect": "NoSchedule"}},
		"volumes":     []any{object{"name": "rules", "configMap": object{"name": "kafka-jmx-rules"}}},
	}
}

// A Service in front of broker 0.
func service(kind string) manifest {
	return manifest{"/api/v1/namespaces/streaming/services", encoded(object{
		"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "kafka-0-external", "namespace": "streaming"},
		"spec": object{
			"type":     kind,
			"selector": object{"app": "kafka", "statefulset.kubernetes.io/pod-name": "kafka-0"},
			"ports":    []any{object{"name": "external", "port": 9094, "targetPort": 9094}},
		},
	})}
}
