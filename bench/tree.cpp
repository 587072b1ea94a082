#include "tree.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

namespace fs = std::filesystem;

// Raised when the text below changes, so that an old tree is not reused.
constexpr int kVersion = 1;

std::string workload(size_t n) {
  std::ostringstream out;
  const std::string name = "service-" + std::to_string(n);
  out << "# " << name << ", owned by team " << n % 37 << "\n"
      << "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " << name << "\n  namespace: team-" << n % 37
      << "\n  labels:\n    app.kubernetes.io/name: " << name << "\n    app.kubernetes.io/part-of: shop\n"
      << "    app.kubernetes.io/version: \"1." << n % 90 << ".0\"\n  annotations:\n"
      << "    example.com/description: 'Answers requests of kind " << n % 11 << ", and nothing else'\n"
      << "spec:\n  replicas: " << 1 + n % 5 << "\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: " << name
      << "\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: " << name
      << "\n    spec:\n      serviceAccountName: " << name << "\n      containers:\n      - name: main\n        image: "
      << "registry.example.com/shop/" << name << ":1." << n % 90 << ".0\n        imagePullPolicy: IfNotPresent\n"
      << "        args: [\"--listen=:8080\", \"--peers\", \"" << n % 7 << "\"]\n        env:\n";
  for (size_t i = 0; i < 8; ++i) {
    out << "        - name: SETTING_" << i << "\n          value: \"" << (n * 31 + i * 7) % 1000 << "\"\n";
  }
  out << "        - name: POD_NAME\n          valueFrom:\n            fieldRef:\n              fieldPath: "
         "metadata.name\n"
      << "        ports:\n        - containerPort: 8080\n          name: http\n        resources:\n          requests: "
      << "{cpu: " << 50 + n % 200 << "m, memory: 128Mi}\n          limits: {memory: 256Mi}\n        livenessProbe:\n"
      << "          httpGet: {path: /healthz, port: http}\n          periodSeconds: 10\n        readinessProbe:\n"
      << "          httpGet: {path: /readyz, port: http}\n        securityContext:\n          runAsNonRoot: true\n"
      << "          allowPrivilegeEscalation: false\n          capabilities: {drop: [ALL]}\n"
      << "        volumeMounts:\n        - name: config\n          mountPath: /etc/" << name << "\n      volumes:\n"
      << "      - name: config\n        configMap:\n          name: " << name << "\n---\n"
      << "apiVersion: v1\nkind: Service\nmetadata:\n  name: " << name << "\n  namespace: team-" << n % 37
      << "\n  labels:\n    app.kubernetes.io/name: " << name << "\nspec:\n  ports:\n  - name: http\n    port: 80\n"
      << "    targetPort: http\n  selector:\n    app.kubernetes.io/name: " << name << "\n";
  return out.str();
}

std::string settings(size_t n) {
  std::ostringstream out;
  out << "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-" << n << "\n  namespace: team-" << n % 37
      << "\ndata:\n  application.properties: |\n";
  for (size_t i = 0; i < 30; ++i) out << "    feature." << i << ".enabled=" << ((n + i) % 2 ? "true" : "false") << "\n";
  out << "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: account-" << n << "\n  namespace: team-"
      << n % 37 << "\n";
  return out.str();
}

// One StatefulSet, its headless Service and three load balancers.
std::string brokers(size_t n) {
  std::ostringstream out;
  const std::string name = "kafka-" + std::to_string(n);
  out << "apiVersion: v1\nkind: Service\nmetadata:\n  name: " << name << "-headless\nspec:\n  clusterIP: None\n"
      << "  ports:\n  - {name: broker, port: 9092}\n  selector: {app: " << name << "}\n---\n"
      << "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: " << name << "\nspec:\n  serviceName: " << name
      << "-headless\n  replicas: 3\n  selector:\n    matchLabels: {app: " << name << "}\n  template:\n    metadata:\n"
      << "      labels: {app: " << name << "}\n    spec:\n      containers:\n      - name: broker\n"
      << "        image: confluentinc/cp-kafka:5.5.15\n        ports:\n        - containerPort: 9092\n        env:\n"
      << "        - name: POD_IP\n          valueFrom:\n            fieldRef: {fieldPath: status.podIP}\n"
      << "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n        command:\n        - sh\n"
      << "        - -exc\n        - |\n          export KAFKA_BROKER_ID=${HOSTNAME##*-} && \\\n"
      << "          export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_IP}:9092 && \\\n"
      << "          exec /etc/confluent/docker/run\n";
  for (int i = 0; i < 3; ++i) {
    out << "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: " << name << "-" << i << "-external\nspec:\n"
        << "  type: LoadBalancer\n  ports:\n  - {name: external, port: 9094, targetPort: 9094}\n  selector:\n    app: "
        << name << "\n    statefulset.kubernetes.io/pod-name: " << name << "-" << i << "\n";
  }
  return out.str();
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

Tree make_tree(const fs::path& root, size_t objects) {
  const fs::path stamp = root / "stamp";
  const std::string wanted = std::to_string(kVersion) + " " + std::to_string(objects);
  std::string found;
  std::ifstream in(stamp);
  std::getline(in, found);
  const bool reuse = found == wanted;
  // Whoever names a folder of their own by mistake keeps it.
  if (!reuse && fs::exists(root) && !fs::is_empty(root) && found.empty()) {
    throw std::runtime_error(root.string() + " is not empty and no tree of this benchmark");
  }
  if (!reuse) fs::remove_all(root);

  Tree tree;
  for (size_t n = 0; tree.objects < objects; ++n) {
    const fs::path folder = root / ("area-" + std::to_string(n / 100));
    const fs::path file = folder / ("part-" + std::to_string(n) + ".yaml");
    // One file in a hundred is a Kafka installation, which is far more than in real repositories.
    const bool kafka = n % 100 == 99;
    tree.objects += kafka ? 5 : 2;
    if (!reuse) {
      fs::create_directories(folder);
      write(file, kafka ? brokers(n) : n % 5 == 4 ? settings(n) : workload(n));
    }
    tree.bytes += fs::file_size(file);
    tree.files.push_back(file);
  }
  if (!reuse) write(stamp, wanted + "\n");
  return tree;
}

}  // namespace bench
