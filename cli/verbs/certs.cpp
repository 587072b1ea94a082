#include <ctime>

#include "certs/bundle.h"
#include "certs/check.h"
#include "certs/issue.h"
#include "certs/renew.h"
#include "certs/webhook_config.h"
#include "cli/verbs/cluster_access.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

int failed(Console& console, const std::string& why) {
  console.error(why);
  return kCouldNotRun;
}

int told(Console& console, const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return console.out(out) ? kClean : kCouldNotRun;
}

tl::expected<certs::Names, std::string> names_of(const NameOptions& options) {
  certs::Names out;
  if (options.service.empty() != options.name_space.empty()) {
    return tl::unexpected(std::string("--service and --namespace go together"));
  }
  if (!options.service.empty()) {
    if (auto added = add_service(out, options.service, options.name_space); !added)
      return tl::unexpected(added.error());
  }
  for (const std::string& host : options.hosts) {
    if (auto added = add_host(out, host); !added) return tl::unexpected("--host: " + added.error());
  }
  return out;
}

std::string wrong_webhook(const std::vector<std::string>& webhooks) {
  for (const std::string& webhook : webhooks) {
    if (const auto parsed = certs::parse_webhook(webhook); !parsed) return parsed.error();
  }
  return {};
}

std::string counted(size_t count, const char* what) { return std::to_string(count) + " " + what; }

}  // namespace

int certs_issue(const CertsIssueOptions& options, Console& console) {
  const auto names = names_of(options.names);
  if (!names) return failed(console, names.error());
  const auto done = certs::issue({options.folder, *names, options.days, options.ca_days, options.new_ca,
                                  options.drop_old, static_cast<int64_t>(std::time(nullptr))});
  return done ? told(console, *done) : failed(console, done.error());
}

int certs_check(const CertsCheckOptions& options, Console& console) {
  const auto names = names_of(options.names);
  if (!names) return failed(console, names.error());
  const auto checked = certs::check(
      {options.cert, options.key, options.ca, *names, options.within_days, static_cast<int64_t>(std::time(nullptr))});
  if (!checked) return failed(console, checked.error());
  size_t broken = 0;
  std::vector<std::string> lines;
  for (const certs::Fault& fault : checked->faults) {
    broken += fault.broken ? 1 : 0;
    lines.push_back(fault.where + (fault.broken ? ": deny: " : ": warn: ") + fault.what + "; " + fault.remedy + " [" +
                    fault.id + "]");
  }
  const size_t warnings = checked->faults.size() - broken;
  lines.push_back(options.cert + ": " + checked->told + (options.ca.empty() ? "; chain not checked (no --ca)" : "") +
                  ": " + counted(broken, "deny") + ", " + counted(warnings, "warn"));
  if (told(console, lines) != kClean) return kCouldNotRun;
  if (broken > 0) return kDenied;
  return warnings > 0 && options.fail_on_warn ? kNotAccepted : kClean;
}

int certs_bundle(const CertsBundleOptions& options, Console& console) {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  if (std::string wrong = wrong_webhook(options.webhooks); !wrong.empty()) return failed(console, wrong);
  if (options.apply == options.webhooks.empty()) return failed(console, "--apply and --webhook go together");
  const auto bundle = certs::make_bundle(options.ca_files, now);
  if (!bundle) return failed(console, bundle.error());
  for (const std::string& line : bundle->told) console.err(line + "\n");
  if (!options.apply) {
    const std::string out = options.format == "yaml"    ? certs::bundle_yaml(bundle->pem)
                            : options.format == "patch" ? certs::bundle_patch(bundle->pem, options.entries)
                                                        : certs::bundle_base64(bundle->pem);
    return console.out(out) ? kClean : kCouldNotRun;
  }
  auto access = cluster_access(options.cluster);
  if (!access) return failed(console, access.error());
  auto authorities = certs::certificates_in(bundle->pem, "bundle");
  if (!authorities) return failed(console, authorities.error());
  certs::Cluster cluster(std::move(access->access));
  std::vector<std::string> lines;
  const auto set = certs::set_bundle(cluster, options.webhooks, {std::move(*authorities), false, now}, lines);
  if (set && lines.empty()) lines.emplace_back("the caBundle was there already");
  const int code = told(console, lines);
  return set ? code : failed(console, set.error().message);
}

int certs_renew(const CertsRenewOptions& options, Console& console) {
  const auto names = names_of(options.names);
  if (!names) return failed(console, names.error());
  if (options.names.service.empty()) return failed(console, "--service and --namespace are needed");
  if (std::string wrong = wrong_webhook(options.webhooks); !wrong.empty()) return failed(console, wrong);
  if (options.secret.find('/') != std::string::npos || !certs::parse_webhook(options.secret)) {
    return failed(console, "--secret \"" + options.secret + "\" is not a name that a Secret can have");
  }
  if (options.days <= options.renew_before_days) return failed(console, "--days has to be more than --renew-before");
  if (options.ca_days < options.days) return failed(console, "--ca-days has to be at least --days");
  auto access = cluster_access(options.cluster);
  if (!access) return failed(console, access.error());
  certs::Cluster cluster(std::move(access->access));
  std::vector<std::string> lines;
  const auto done = certs::renew(cluster,
                                 {options.names.name_space, options.secret, options.webhooks, *names, options.days,
                                  options.ca_days, options.renew_before_days, static_cast<int64_t>(std::time(nullptr))},
                                 lines);
  const int code = told(console, lines);
  return done ? code : failed(console, done.error());
}

}  // namespace brokergate::cli
