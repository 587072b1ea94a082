package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An API server on two cores needs minutes to take in so many objects. etcd is quick, so they are written where the API
// server will find them, as it would have stored them as JSON; it reads, defaults and serves them as any others. Services
// are headless: an address would have to be an object of its own.

func seeded(m manifest) (key, value []byte) {
	var whole object
	check(json.Unmarshal([]byte(m.body), &whole))
	metadata := whole["metadata"].(object)
	ns, _ := metadata["namespace"].(string)
	name := metadata["name"].(string)
	kind := whole["kind"].(string)
	folder := map[string]string{"Namespace": "namespaces", "Node": "minions", "Service": "services/specs",
		"StatefulSet": "statefulsets", "ConfigMap": "configmaps"}[kind]
	if spec, found := whole["spec"].(object); found && kind == "Service" {
		spec["type"], spec["clusterIP"], spec["clusterIPs"] = "ClusterIP", "None", []any{"None"}
		spec["ipFamilies"], spec["ipFamilyPolicy"] = []any{"IPv4"}, "SingleStack"
	}
	managed := object{}
	for key, value := range whole {
		if key != "apiVersion" && key != "kind" {
			managed["f:"+key] = fields(value)
		}
	}
	sum := sha256.Sum256([]byte(kind + ns + "/" + name))
	metadata["uid"] = fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	metadata["creationTimestamp"], metadata["generation"] = "2024-05-01T10:00:00Z", 1
	metadata["managedFields"] = []any{object{"manager": "helm", "operation": "Update", "apiVersion": whole["apiVersion"],
		"time": "2024-05-01T10:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": managed}}
	if ns != "" {
		name = ns + "/" + name
	}
	return []byte("/registry/" + folder + "/" + name), []byte(encoded(whole))
}

// What a manager owns of an object, nearly as the API server has it.
func fields(value any) object {
	out := object{}
	if members, found := value.(object); found {
		for key, member := range members {
			out["f:"+key] = fields(member)
		}
	}
	return out
}

func (w *world) seed(etcd string) {
	const most, mostBytes = 120, 1 << 20 // of a transaction; etcd's own limits are 128 and 1.5 MiB
	begin := time.Now()
	plain := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{Proxy: nil}}
	var puts []any
	size := 0
	flush := func() {
		if len(puts) == 0 {
			return
		}
		response, err := plain.Post(etcd+"/v3/kv/txn", "application/json", bytes.NewReader([]byte(encoded(object{"success": puts}))))
		check(err)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			failf("etcd refuses a transaction: %s", response.Status)
		}
		puts, size = nil, 0
	}
	for _, all := range [][]manifest{spaces(), nodes(), sets(), services(), configMaps()} {
		for _, one := range all {
			key, value := seeded(one)
			if len(puts) == most || size+len(value) > mostBytes {
				flush()
			}
			puts = append(puts, object{"request_put": object{"key": base64.StdEncoding.EncodeToString(key),
				"value": base64.StdEncoding.EncodeToString(value)}})
			size += len(value)
		}
	}
	flush()
	fmt.Printf("a real kube-apiserver on loopback: %d nodes, %d Services, %d StatefulSets (%d Kafka), %d ConfigMaps, "+
		"in etcd within %.0f s\n", nodeCount, serviceCount, setCount, kafkaCount, 2*kafkaCount, time.Since(begin).Seconds())
}

func spaces() (all []manifest) {
	for i := range namespaces {
		all = append(all, manifest{"/api/v1/namespaces", encoded(object{"apiVersion": "v1", "kind": "Namespace",
			"metadata": object{"name": fmt.Sprintf("team-%d", i)}, "spec": object{"finalizers": []any{"kubernetes"}},
			"status": object{"phase": "Active"}})})
	}
	return all
}

// All objects of a resource, each in the bytes that the API server tells it with.
func (w *world) listed(path string) (all []json.RawMessage) {
	from := ""
	for {
		got, err := w.admin.ask("GET", path+"?limit=500"+from, "", "")
		check(err)
		var list struct {
			Metadata struct{ Continue string }
			Items    []json.RawMessage
		}
		check(json.Unmarshal([]byte(got.body), &list))
		all = append(all, list.Items...)
		if list.Metadata.Continue == "" {
			return all
		}
		from = "&continue=" + url.QueryEscape(list.Metadata.Continue)
	}
}

// So many there are, as far as the API server knows.
func (w *world) counted(path string) int {
	count := 0
	for _, one := range w.listed(path) {
		if strings.Contains(string(one), `"annotations":{`) {
			count++
		}
	}
	return count
}
