package main

import (
	"fmt"
	"strings"
)

// A large cluster, as item 6 of the cluster view's aims has it.
const (
	nodeCount    = 5000
	serviceCount = 20000
	setCount     = 2000
	kafkaCount   = 500
	brokerCount  = 3
	poolCount    = 12
	spotPools    = 4 // the first ones
	kafkaPool    = 7
	namespaces   = 50
)

// One pool has a single node, on which the set called `moving` runs: what its Service gets for an answer follows that
// node's label.
const (
	movingPool = "moving"
	movingNode = "gke-prod-moving-0"
	movingSet  = "kafka-moving"
)

func namespaceOf(set int) string { return fmt.Sprintf("team-%d", set%namespaces) }

func setName(set int) string {
	if set < kafkaCount {
		return fmt.Sprintf("kafka-%d", set)
	}
	return fmt.Sprintf("app-%d", set)
}

func standardLabels(name string) object {
	return object{"app.kubernetes.io/name": strings.SplitN(name, "-", 2)[0], "app.kubernetes.io/instance": name,
		"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "kafka-26.4.2", "team": "streaming"}
}

func podLabels(name string) object {
	return object{"app.kubernetes.io/name": strings.SplitN(name, "-", 2)[0], "app.kubernetes.io/instance": name}
}

func meta(ns, name, owner string, annotations object) object {
	annotations["meta.helm.sh/release-name"] = owner
	annotations["meta.helm.sh/release-namespace"] = ns
	return object{"name": name, "namespace": ns, "labels": standardLabels(owner), "annotations": annotations}
}

// As a kubelet of a managed cluster writes it: the images are most of it.
func node(name, pool string, spot bool, number int) manifest {
	labels := object{
		"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
		"beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
		"node.kubernetes.io/instance-type": "n2-standard-8", "beta.kubernetes.io/instance-type": "n2-standard-8",
		"topology.kubernetes.io/zone":   fmt.Sprintf("europe-west1-%c", 'b'+number%3),
		"topology.kubernetes.io/region": "europe-west1", "failure-domain.beta.kubernetes.io/region": "europe-west1",
		"failure-domain.beta.kubernetes.io/zone": fmt.Sprintf("europe-west1-%c", 'b'+number%3),
		"cloud.google.com/gke-nodepool":          pool, "cloud.google.com/gke-os-distribution": "cos",
		"cloud.google.com/gke-boot-disk": "pd-balanced", "cloud.google.com/gke-container-runtime": "containerd",
		"cloud.google.com/gke-cpu-scaling-level": "8", "cloud.google.com/machine-family": "n2",
		"cloud.google.com/gke-max-pods-per-node": "110", "example.com/shift": "early",
		"topology.gke.io/zone": fmt.Sprintf("europe-west1-%c", 'b'+number%3),
	}
	spec := object{"podCIDR": fmt.Sprintf("10.%d.%d.0/24", 128+number/250, number%250),
		"providerID": "gce://example/europe-west1-b/" + name}
	if spot {
		labels["cloud.google.com/gke-spot"] = "true"
		labels["cloud.google.com/gke-provisioning"] = "spot"
		spec["taints"] = []any{object{"key": "cloud.google.com/gke-spot", "value": "true", "effect": "NoSchedule"}}
	} else if pool == fmt.Sprintf("pool-%d", kafkaPool) {
		spec["taints"] = []any{object{"key": "dedicated", "value": "kafka", "effect": "NoSchedule"}}
	}
	var conditions, images []any
	for _, kind := range []string{"FrequentKubeletRestart", "FrequentDockerRestart", "KernelDeadlock",
		"ReadonlyFilesystem", "CorruptDockerOverlay2", "NetworkUnavailable", "MemoryPressure", "DiskPressure",
		"PIDPressure", "Ready"} {
		conditions = append(conditions, object{"type": kind, "status": "False", "reason": "NothingOf" + kind,
			"message": "nothing is known of " + kind + " on this node", "lastHeartbeatTime": "2024-05-01T10:00:00Z",
			"lastTransitionTime": "2024-04-01T10:00:00Z"})
	}
	for i := range 30 {
		image := fmt.Sprintf("registry.example.com/team-%d/program-%d", i%7, (number+i)%90)
		images = append(images, object{"sizeBytes": 100000000 + i, "names": []any{
			image + "@sha256:" + strings.Repeat(fmt.Sprintf("%02x", (number+i)%256), 32), image + ":v1.2.3"}})
	}
	resources := object{"cpu": "8", "memory": "32878148Ki", "pods": "110", "ephemeral-storage": "98831908Ki",
		"hugepages-1Gi": "0", "hugepages-2Mi": "0"}
	return manifest{"/api/v1/nodes", encoded(object{
		"apiVersion": "v1", "kind": "Node", "spec": spec,
		"metadata": object{"name": name, "labels": labels, "annotations": object{
			"container.googleapis.com/instance_id": fmt.Sprintf("%019d", number),
			"csi.volume.kubernetes.io/nodeid": `{"pd.csi.storage.gke.io":"projects/example/zones/europe-west1-b/instances/` +
				name + `"}`,
			"node.alpha.kubernetes.io/ttl": "300", "volumes.kubernetes.io/controller-managed-attach-detach": "true"}},
		"status": object{"capacity": resources, "allocatable": resources, "conditions": conditions, "images": images,
			"addresses": []any{object{"type": "InternalIP", "address": fmt.Sprintf("10.0.%d.%d", number/250, number%250)},
				object{"type": "Hostname", "address": name}},
			"nodeInfo": object{"architecture": "amd64", "operatingSystem": "linux", "bootID": name, "machineID": name,
				"systemUUID": name, "kernelVersion": "6.1.75+", "kubeletVersion": "v1.29.4-gke.1043002",
				"kubeProxyVersion": "v1.29.4-gke.1043002", "containerRuntimeVersion": "containerd://1.7.15",
				"osImage": "Container-Optimized OS from Google"}},
	})}
}

func nodes() (all []manifest) {
	for number := range nodeCount - 1 {
		pool := number % poolCount
		all = append(all, node(fmt.Sprintf("gke-prod-pool-%d-%d", pool, number), fmt.Sprintf("pool-%d", pool),
			pool < spotPools, number))
	}
	return append(all, node(movingNode, movingPool, false, nodeCount-1))
}

func statefulSet(ns, name, pool string, kafka bool) manifest {
	env := []any{}
	if kafka {
		env = append(env, object{"name": "POD_NAME", "valueFrom": object{"fieldRef": object{"fieldPath": "metadata.name"}}},
			named("KAFKA_ZOOKEEPER_CONNECT", "zookeeper:2181"),
			named("KAFKA_LISTENERS", "PLAINTEXT://:9092,EXTERNAL://:9094"),
			named("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"),
			named("KAFKA_ADVERTISED_LISTENERS",
				"PLAINTEXT://$(POD_NAME)."+name+"-headless:9092,EXTERNAL://$(POD_NAME).kafka.example.com:9094"))
	}
	for i := range 25 {
		env = append(env, named(fmt.Sprintf("SETTING_%d", i), "some value of the length that such values have"))
	}
	image, port := "registry.example.com/corp/app:1.0", 8080
	if kafka {
		image, port = "confluentinc/cp-kafka:7.4.1", 9092
	}
	probe := object{"tcpSocket": object{"port": port}, "initialDelaySeconds": 10, "timeoutSeconds": 5}
	pod := object{
		"nodeSelector": object{"cloud.google.com/gke-nodepool": pool},
		"tolerations":  []any{object{"key": "dedicated", "operator": "Equal", "value": "kafka", "effect": "NoSchedule"}},
		"containers": []any{object{"name": "main", "image": image, "env": env, "livenessProbe": probe,
			"readinessProbe": probe, "ports": []any{object{"name": "client", "containerPort": port}},
			"resources": object{"limits": object{"memory": "4Gi"}, "requests": object{"cpu": "1", "memory": "4Gi"}},
			"volumeMounts": []any{object{"name": "data", "mountPath": "/var/lib/kafka"},
				object{"name": "settings", "mountPath": "/settings"}}}},
		"volumes": []any{object{"name": "settings", "configMap": object{"name": name + "-settings"}}},
	}
	return manifest{"/apis/apps/v1/namespaces/" + ns + "/statefulsets", encoded(object{
		"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta(ns, name, name, object{}),
		"spec": object{"replicas": brokerCount, "serviceName": name + "-headless", "podManagementPolicy": "Parallel",
			"selector": object{"matchLabels": podLabels(name)},
			"template": object{"metadata": object{"labels": podLabels(name)}, "spec": pod},
			"volumeClaimTemplates": []any{object{"metadata": object{"name": "data"}, "spec": object{
				"accessModes": []any{"ReadWriteOnce"}, "resources": object{"requests": object{"storage": "100Gi"}}}}}},
	})}
}

func sets() (all []manifest) {
	for set := range setCount - 1 {
		all = append(all, statefulSet(namespaceOf(set), setName(set), fmt.Sprintf("pool-%d", kafkaPool), set < kafkaCount-1))
	}
	return append(all, statefulSet("team-0", movingSet, movingPool, true))
}

// kind: "" is a headless one.
func serviceOf(ns, set, suffix, kind string, selector, annotations object) manifest {
	spec := object{"selector": podLabels(set), "ports": []any{object{"name": "kafka", "port": 9094, "targetPort": 9094}}}
	for key, value := range selector {
		spec["selector"].(object)[key] = value
	}
	if kind == "" {
		spec["clusterIP"] = "None"
	} else {
		spec["type"] = kind
	}
	return manifest{"/api/v1/namespaces/" + ns + "/services", encoded(object{"apiVersion": "v1", "kind": "Service",
		"metadata": meta(ns, set+suffix, set, annotations), "spec": spec})}
}

func brokerService(ns, set string, broker int, kind string) manifest {
	pod := fmt.Sprintf("%s-%d", set, broker)
	host := pod + ".kafka.example.com"
	return serviceOf(ns, set, fmt.Sprintf("-%d-external", broker), kind,
		object{"statefulset.kubernetes.io/pod-name": pod},
		object{"external-dns.alpha.kubernetes.io/hostname": host, "external-dns.kubernetes.io/hostname": host,
			annotation: "Internal", "networking.gke.io/load-balancer-type": "Internal"})
}

func services() (all []manifest) {
	for set := range kafkaCount - 1 {
		ns, name := namespaceOf(set), setName(set)
		all = append(all, serviceOf(ns, name, "-headless", "", nil, object{}),
			serviceOf(ns, name, "-bootstrap", "ClusterIP", nil, object{}))
		for broker := range brokerCount {
			all = append(all, brokerService(ns, name, broker, "ClusterIP"))
		}
	}
	for i := 0; len(all) < serviceCount; i++ {
		set := kafkaCount + i%(setCount-kafkaCount)
		all = append(all, serviceOf(namespaceOf(set), setName(set), fmt.Sprintf("-s%d", i), "ClusterIP",
			object{"component": fmt.Sprintf("c%d", i%40)}, object{}))
	}
	return all
}

// Those that brokers mount, and as many that nobody does.
func configMaps() (all []manifest) {
	add := func(ns, name string, bytes int) {
		all = append(all, manifest{"/api/v1/namespaces/" + ns + "/configmaps", encoded(object{"apiVersion": "v1",
			"kind": "ConfigMap", "metadata": meta(ns, name, name, object{}),
			"data": object{"log4j.properties": strings.Repeat("x", bytes)}})})
	}
	for set := range kafkaCount {
		add(namespaceOf(set), setName(set)+"-settings", 2000)
		add(namespaceOf(set), setName(set)+"-other", 2000)
	}
	return all
}
