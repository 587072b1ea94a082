#include <CLI/CLI.hpp>

#include "cli/verbs/command_line.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

void names(CLI::App* verb, NameOptions& options) {
  verb->add_option("--service", options.service, "name of the Service in front of the webhook")->type_name("NAME");
  verb->add_option("--namespace", options.name_space, "its namespace")->type_name("NAME");
  verb->add_option("--host", options.hosts, "another DNS name or IP address; may be repeated")
      ->type_name("HOST")
      ->allow_extra_args(false);
}

void days(CLI::App* verb, const char* flag, int& value, const char* what, int least = 1) {
  verb->add_option(flag, value, what)->type_name("DAYS")->check(CLI::Range(least, 36500))->capture_default_str();
}

CLI::Option* webhooks(CLI::App* verb, std::vector<std::string>& names_wanted) {
  return verb
      ->add_option("--webhook", names_wanted,
                   "webhook configuration: NAME, mutating/NAME or validating/NAME; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

}  // namespace

void add_cluster_options(CLI::App& verb, ClusterOptions& options) {
  verb.add_option("--kubeconfig", options.kubeconfig,
                  "how the API server is reached (default: as from a pod; else as kubectl does)")
      ->type_name("FILE");
  verb.add_option("--context", options.context, "of the kubeconfig (default: its current one)")->type_name("NAME");
  verb.add_option("--token-file", options.token_file, "the token to show, instead of the context's user")
      ->type_name("FILE");
}

void add_certs(CLI::App& app, CertsOptions& options, const AddVerb& add, Console& console) {
  CLI::App* certs = app.add_subcommand("certs", "make, check and renew the webhook's certificates");
  certs->require_subcommand(1);

  CLI::App* issue = add(certs, "issue", "make or renew tls.crt and tls.key, signed by ca.crt and ca.key",
                        [&] { return certs_issue(options.issue, console); });
  issue->add_option("--dir", options.issue.folder, "folder of the four files; made when missing")
      ->type_name("DIR")
      ->required();
  names(issue, options.issue.names);
  days(issue, "--days", options.issue.days, "validity of the certificate");
  days(issue, "--ca-days", options.issue.ca_days, "validity of an authority that is made");
  issue->add_flag("--new-ca", options.issue.new_ca, "make a new authority; ca.crt holds the former ones as well");
  issue->add_flag("--drop-old", options.issue.drop_old, "former authorities leave ca.crt at once");

  CLI::App* check = add(certs, "check", "whether the API server will accept a certificate",
                        [&] { return certs_check(options.check, console); });
  check->add_option("--cert", options.check.cert, "PEM file: the certificate, then its chain")
      ->type_name("FILE")
      ->required();
  check->add_option("--key", options.check.key, "PEM file: its private key")->type_name("FILE")->required();
  check->add_option("--ca", options.check.ca, "PEM file: what the caBundle holds")->type_name("FILE");
  names(check, options.check.names);
  days(check, "--within", options.check.within_days, "warn of what expires so soon", 0);
  check->add_flag("--fail-on-warn", options.check.fail_on_warn, "exit with 3 when there are warnings");

  CLI::App* bundle = add(certs, "bundle", "print a caBundle, or set it in a cluster",
                         [&] { return certs_bundle(options.bundle, console); });
  bundle->add_option("--ca", options.bundle.ca_files, "PEM file of authorities; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->required();
  bundle
      ->add_option("-o,--output", options.bundle.format,
                   "output format; patch is for kubectl patch --type=json of a webhook configuration")
      ->check(CLI::IsMember(std::vector<std::string>{"base64", "yaml", "patch"}))
      ->capture_default_str();
  bundle->add_option("--entries", options.bundle.entries, "how many webhooks the patch is for")
      ->type_name("N")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  bundle->add_flag("--apply", options.bundle.apply, "set it in the cluster instead of printing it");
  webhooks(bundle, options.bundle.webhooks);
  add_cluster_options(*bundle, options.bundle.cluster);

  CLI::App* renew = add(certs, "renew", "keep a Secret's certificate and the webhook configurations' caBundle right",
                        [&] { return certs_renew(options.renew, console); });
  renew->add_option("--secret", options.renew.secret, "Secret of the certificate; made when missing")
      ->type_name("NAME")
      ->required();
  names(renew, options.renew.names);
  webhooks(renew, options.renew.webhooks)->required();
  days(renew, "--days", options.renew.days, "validity of a certificate");
  days(renew, "--ca-days", options.renew.ca_days, "validity of an authority");
  days(renew, "--renew-before", options.renew.renew_before_days, "make a new one when so little is left");
  add_cluster_options(*renew, options.renew.cluster);
}

}  // namespace brokergate::cli
