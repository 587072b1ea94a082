#include "fake_api.h"

#include <ctime>

namespace brokergate::test {

using nlohmann::json;

namespace {

void refuse(httplib::Response& response, int status, const std::string& message) {
  response.status = status;
  const json body{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"message", message}};
  response.set_content(body.dump(), "application/json");
}

}  // namespace

FakeApi::FakeApi() {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  authority_ = std::move(*certs::make_authority(now, 2));
  certs::Names names;
  certs::add_host(names, "127.0.0.1");
  leaf_ = std::move(*certs::make_leaf(authority_, names, now, 1));
  server_ = std::make_unique<httplib::SSLServer>(leaf_.certificate.get(), leaf_.key.get());
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    answer(request, response);
  };
  server_->Get("/.*", handler);
  server_->Post("/.*", handler);
  server_->Put("/.*", handler);
  server_->Patch("/.*", handler);
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  folder_.write("ca.crt", certs::pem_of(authority_.certificate));
  kubeconfig_ = folder_.write("kubeconfig",
                              "apiVersion: v1\nkind: Config\ncurrent-context: test\n"
                              "contexts: [{name: test, context: {cluster: fake, user: me}}]\n"
                              "clusters: [{name: fake, cluster: {server: \"https://127.0.0.1:" +
                                  std::to_string(port_) +
                                  "\", certificate-authority: ca.crt}}]\n"
                                  "users: [{name: me, user: {token: t0ken}}]\n");
}

FakeApi::~FakeApi() {
  server_->stop();
  thread_.join();
}

void FakeApi::store(const std::string& path, json object) {
  object["metadata"]["resourceVersion"] = std::to_string(++version_);
  objects_[path] = std::move(object);
}

void FakeApi::put(const std::string& path, json object) {
  const std::lock_guard lock(mutex_);
  store(path, std::move(object));
}

json FakeApi::get(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? json() : found->second;
}

void FakeApi::erase(const std::string& path) {
  const std::lock_guard lock(mutex_);
  objects_.erase(path);
}

std::vector<std::string> FakeApi::writes() {
  const std::lock_guard lock(mutex_);
  return writes_;
}

std::string FakeApi::authorization() {
  const std::lock_guard lock(mutex_);
  return authorization_;
}

void FakeApi::answer(const httplib::Request& request, httplib::Response& response) {
  const bool writing = request.method != "GET";
  if (writing && before_write) {
    if (const int status = before_write(request.method, request.path)) {
      return refuse(response, status, "refused by the test");
    }
  }
  const std::lock_guard lock(mutex_);
  authorization_ = request.get_header_value("Authorization");
  if (authorization_ != "Bearer t0ken") return refuse(response, 401, "Unauthorized");
  const json body = writing ? json::parse(request.body, nullptr, false) : json();
  if (body.is_discarded()) return refuse(response, 400, "not JSON");
  if (instead) {
    if (const auto [status, reply] = instead(request.method, request.target, body); status != 0) {
      response.status = status;
      return response.set_content(reply.dump(), "application/json");
    }
  }
  const std::string name = writing ? body.value("/metadata/name"_json_pointer, "") : "";
  const std::string path = request.method == "POST" ? request.path + "/" + name : request.path;
  const auto found = objects_.find(path);
  if (request.method == "POST") {
    if (found != objects_.end()) return refuse(response, 409, path + " already exists");
    store(path, body);
  } else {
    if (found == objects_.end()) return refuse(response, 404, path + " not found");
    json changed = found->second;
    if (request.method == "PATCH") {
      if (request.get_header_value("Content-Type") != "application/merge-patch+json") {
        return refuse(response, 415, "unknown patch type");
      }
      changed.merge_patch(body);
    } else if (writing) {
      changed = body;
    }
    if (changed["metadata"]["resourceVersion"] != found->second["metadata"]["resourceVersion"]) {
      return refuse(response, 409, "the object has been modified");
    }
    if (writing) store(path, changed);
  }
  if (writing) writes_.push_back(request.method + " " + request.path);
  response.set_content(objects_[path].dump(), "application/json");
}

}  // namespace brokergate::test
