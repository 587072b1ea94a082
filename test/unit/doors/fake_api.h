// An API server that keeps objects in memory, with the manners that matter here:
// resourceVersion, conflicts, merge patches, Status objects on errors.
#pragma once

#include <httplib.h>

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "certs/authority.h"
#include "program.h"

namespace brokergate::test {

class FakeApi {
 public:
  FakeApi();
  ~FakeApi();
  FakeApi(const FakeApi&) = delete;
  FakeApi& operator=(const FakeApi&) = delete;

  // A kubeconfig for it, with a token and the authority beside it.
  const std::string& kubeconfig() const { return kubeconfig_; }
  int port() const { return port_; }
  const certs::Issued& authority() const { return authority_; }

  // Both stamp a new resourceVersion. From any thread.
  void put(const std::string& path, nlohmann::json object);
  nlohmann::json get(const std::string& path);
  void erase(const std::string& path);
  // "PATCH /api/...": what has been written, in order; refused ones are not in it.
  std::vector<std::string> writes();
  // Called before each request that writes, without a lock held; a status other
  // than 0 is answered instead.
  std::function<int(const std::string& method, const std::string& path)> before_write;
  // Answers in place of what is kept here, unless the status is 0. Called with the lock held.
  std::function<std::pair<int, nlohmann::json>(const std::string& method, const std::string& target,
                                               const nlohmann::json& body)>
      instead;
  // What the last request carried.
  std::string authorization();

 private:
  void answer(const httplib::Request& request, httplib::Response& response);
  void store(const std::string& path, nlohmann::json object);

  Folder folder_;
  certs::Issued authority_, leaf_;
  std::unique_ptr<httplib::SSLServer> server_;
  std::string kubeconfig_, authorization_;
  std::mutex mutex_;
  std::map<std::string, nlohmann::json> objects_;
  std::vector<std::string> writes_;
  int version_ = 0, port_ = 0;
  std::thread thread_;
};

}  // namespace brokergate::test
