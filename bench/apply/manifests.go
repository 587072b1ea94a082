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

// Brokers that lack nothing but what they tell clients outside; options of Kafka fill it to the size.
func brokers(size int) manifest {
	env := []any{
		object{"name": "POD_NAME", "valueFrom": object{"fieldRef": object{"fieldPath": "metadata.name"}}},
		named("CLUSTER_ID", "MkU3OEVBNTcwNTJENDM2Qk"),
		named("KAFKA_PROCESS_ROLES", "broker"),
		named("KAFKA_CONTROLLER_QUORUM_VOTERS", "100@kafka-controller-0.kafka-controller:9093"),
		named("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
		named("KAFKA_INTER_BROKER_LISTENER_NAME", "PLAINTEXT"),
		named("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094"),
		named("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
			"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT"),
		named("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://$(POD_NAME).kafka-headless:9092"),
		named("KAFKA_LOG_DIRS", "/var/lib/kafka/data"),
	}
	probe := object{"tcpSocket": object{"port": 9092}, "initialDelaySeconds": 20, "periodSeconds": 10}
	container := object{
		"name": "kafka", "image": "confluentinc/cp-kafka:7.7.1",
		"command":        []any{"sh", "-ec", "export KAFKA_NODE_ID=${POD_NAME##*-}\nexec /etc/confluent/docker/run\n"},
		"ports":          []any{object{"name": "internal", "containerPort": 9092}, object{"name": "external", "containerPort": 9094}},
		"readinessProbe": probe, "livenessProbe": probe,
		"resources":    object{"requests": object{"cpu": "1", "memory": "4Gi"}, "limits": object{"memory": "6Gi"}},
		"volumeMounts": []any{object{"name": "data", "mountPath": "/var/lib/kafka/data"}},
	}
	labels := object{"app": "kafka"}
	set := object{
		"apiVersion": "apps/v1", "kind": "StatefulSet",
		"metadata": object{"name": "kafka", "namespace": "streaming", "labels": labels},
		"spec": object{
			"replicas": 3, "serviceName": "kafka-headless", "podManagementPolicy": "Parallel",
			"selector": object{"matchLabels": labels},
			"template": object{
				"metadata": object{"labels": labels},
				"spec": object{
					"terminationGracePeriodSeconds": 120, "securityContext": object{"fsGroup": 1000},
					"containers": []any{container},
				},
			},
			"volumeClaimTemplates": []any{object{
				"metadata": object{"name": "data"},
				"spec": object{"accessModes": []any{"ReadWriteOnce"},
					"resources": object{"requests": object{"storage": "500Gi"}}},
			}},
		},
	}
	for i := 0; ; i++ {
		container["env"] = env
		if body := encoded(set); len(body) >= size {
			return manifest{"/apis/apps/v1/namespaces/streaming/statefulsets", body}
		}
		env = append(env, named(fmt.Sprintf("KAFKA_SOME_OPTION_OF_THE_BROKERS_%03d", i), fmt.Sprint(60000+i)))
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
