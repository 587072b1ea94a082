// Webhook configurations: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
#include <algorithm>

#include "webhook/doctor/conditions.h"
#include "webhook/doctor/coverage.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/selector.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

constexpr const char* kPutBack = "install the chart again (helm upgrade), which puts it back";
constexpr int64_t kLongestTimeout = 10;  // seconds, each of which a kubectl apply may wait

// Entries of one configuration, looked at together: what one leaves out another may ask about.
class Judge {
 public:
  Judge(const Facts& facts, const Known& known, bool mutating, Symptoms& out)
      : facts_(facts),
        known_(known),
        mutating_(mutating),
        entries_(entries_of(mutating ? facts.mutating : facts.validating)),
        where_(name_of(facts, mutating)),
        out_(out) {}

  void run() {
    coverage();
    for (const Json* entry : entries_) {
      name_ = text_member(*entry, "name");
      call(*entry);
      failure_policy(*entry);
      namespaces(*entry);
      selection(*entry);
      manners(*entry);
    }
    if (faults_ > 0) return;
    const Json& first = *entries_.front();
    out_.ok("configuration", where_,
            "asks " + place_of(first).shown() + " about CREATE and UPDATE of statefulsets and services; " +
                text_member(first, "failurePolicy") + " without an answer within " +
                std::to_string(number_member(first, "timeoutSeconds", kLongestTimeout)) + " s");
  }

 private:
  void tell(Level level, const char* id, const std::string& what, std::string remedy) {
    if (level != Level::kUnknown) ++faults_;
    out_.add({id, level, where_, name_ + ": " + what, std::move(remedy)});
  }

  void coverage() {
    const Coverage found = coverage_of(entries_);
    if (!found.missing.empty()) {
      ++faults_;
      out_.fail("rules", where_, "brokergate is not asked about " + found.missing, kPutBack);
    } else if (!found.apart.empty()) {
      ++faults_;
      out_.warn("rules", where_,
                "asks about " + found.apart + " under another selector or other conditions than about the rest",
                kPutBack);
    }
  }

  void call(const Json& entry) {
    const Place place = place_of(entry);
    const std::string wanted = mutating_ ? "/mutate" : "/validate";
    if (place.url.empty() && place.service.empty()) {
      tell(Level::kFail, "endpoint", "clientConfig names neither a Service nor a URL", kPutBack);
    } else if (const std::string wrong = place.wrong_url(); !wrong.empty()) {
      tell(Level::kFail, "endpoint", "its url " + wrong, kPutBack);
    } else if (place.path != wanted && !place.url.empty() && place.path.ends_with(wanted)) {
      tell(Level::kWarn, "endpoint", "asks the path \"" + place.path + "\", and brokergate knows " + wanted + " alone",
           "let what stands in between take the rest away, or ask for " + wanted);
    } else if (place.path != wanted) {
      tell(Level::kFail, "endpoint", "asks the path \"" + place.path + "\", want " + wanted, kPutBack);
    }
    if (!lists(member(entry, "admissionReviewVersions"), {"v1", "v1beta1"})) {
      tell(Level::kFail, "review-version", "admissionReviewVersions has neither v1 nor v1beta1", kPutBack);
    }
  }

  void failure_policy(const Json& entry) {
    const bool shut = text_member(entry, "failurePolicy") != "Ignore";
    if (asks_about_deletions_alone(entry)) {
      if (shut) {
        tell(
            Level::kWarn, "failure-policy",
            "failurePolicy is Fail for deletions, which are never denied: while brokergate does not answer, no Service "
            "goes, and no namespace that holds one",
            "set Ignore");
      }
    } else if (mutating_ && shut) {
      tell(Level::kWarn, "failure-policy",
           "failurePolicy is Fail: while brokergate does not answer, nothing is created or changed",
           "set Ignore: what is not mended is judged all the same, by the validating webhook");
    } else if (!mutating_ && shut && (known_.is(Mode::kWarn) || known_.is(Mode::kObserve))) {
      tell(Level::kWarn, "failure-policy",
           "failurePolicy is Fail although the policy's mode denies nothing: an outage is all it brings",
           "leave webhooks.validating.failurePolicy empty, so that it goes with the mode");
    } else if (!mutating_ && !shut && known_.is(Mode::kEnforce)) {
      tell(Level::kWarn, "failure-policy",
           "failurePolicy is Ignore under mode enforce: while brokergate does not answer, everything is let in",
           "set Fail (webhooks.validating.failurePolicy)");
    }
  }

  void selected(const Json& selector, const Thing& ns, const std::string& name, bool shut) {
    if (name.empty()) return;
    // The API server itself gives every namespace this label.
    const Json by_name{{"kubernetes.io/metadata.name", name}};
    const Json& labels = member(member(ns.object, "metadata"), "labels");
    const bool all = ns.there() && labels.is_object();
    const Selected found = selects(selector, all ? labels : by_name, all);
    if (found == Selected::kNo) return;
    if (found == Selected::kUnknown) {
      tell(Level::kUnknown, "namespaces",
           "whether its namespaceSelector spares " + name + " is unknown: the namespace's labels may not be read", "");
      return;
    }
    tell(shut ? Level::kFail : Level::kWarn, "namespaces",
         "its namespaceSelector does not spare " + name +
             (shut ? ": an outage of brokergate also holds up what would end it" : ""),
         kPutBack);
  }

  void namespaces(const Json& entry) {
    const bool shut = text_member(entry, "failurePolicy") != "Ignore";
    const Json& selector = member(entry, "namespaceSelector");
    selected(selector, facts_.kube_system, "kube-system", shut);
    if (!service_of(facts_)) return;  // what runs elsewhere is not held up by itself
    if (facts_.ns != "kube-system") selected(selector, facts_.own_namespace, facts_.ns, shut);
  }

  // What keeps it from being asked.
  void selection(const Json& entry) {
    const Json& of_namespaces = member(entry, "namespaceSelector");
    if (!can_select(of_namespaces)) {
      tell(Level::kFail, "namespaces", "its namespaceSelector can select no namespace at all", kPutBack);
    } else if (const std::string wanted = demands(of_namespaces); !wanted.empty()) {
      tell(Level::kWarn, "namespaces", "asked only in namespaces with " + wanted,
           "see that those with brokers have it, or turn it round: leave out what is not to be asked about");
    }
    for (const std::string& expression : foreign_conditions(entry)) {
      tell(Level::kWarn, "match-conditions",
           "asked only where " + expression + " (matchConditions), which brokergate does not evaluate",
           "see that it holds for all brokers and their Services");
    }
    const Json& of_objects = member(entry, "objectSelector");
    if (!takes_objects(entry)) {
      tell(Level::kFail, "object-selector", "its objectSelector selects nothing but, at most, what doctor itself sends",
           "remove it");
    } else if (of_objects.is_object() && !of_objects.empty()) {
      tell(Level::kWarn, "object-selector",
           "objectSelector lets whoever writes an object leave brokergate out by a label", "remove it");
    }
  }

  void manners(const Json& entry) {
    if (text_member(entry, "matchPolicy") == "Exact") {
      tell(Level::kWarn, "match-policy", "matchPolicy is Exact: objects of other API versions pass unseen",
           "set Equivalent");
    }
    if (const int64_t timeout = number_member(entry, "timeoutSeconds", kLongestTimeout); timeout > kLongestTimeout) {
      tell(Level::kWarn, "timeout",
           "timeoutSeconds is " + std::to_string(timeout) + ": so long a kubectl apply waits while nothing answers",
           "set 3, as the chart has it");
    }
    if (const std::string effects = text_member(entry, "sideEffects"); effects != "None") {
      tell(effects == "NoneOnDryRun" ? Level::kWarn : Level::kFail, "side-effects",
           "sideEffects is \"" + effects + "\", want None: brokergate has none", kPutBack);
    }
    if (mutating_ && text_member(entry, "reinvocationPolicy") != "IfNeeded") {
      tell(Level::kWarn, "reinvocation", "reinvocationPolicy is Never: what another webhook adds later is not mended",
           "set IfNeeded");
    }
    if (const Json& rules = member(entry, "rules"); rules.is_array()) {
      const bool broad = std::any_of(rules.begin(), rules.end(), [](const Json& rule) {
        return lists(member(rule, "apiGroups"), {"*"}) ||
               lists(member(rule, "resources"), {"*", "*/*", "services/*", "statefulsets/*"});
      });
      if (broad) {
        tell(Level::kWarn, "rules", "asks about more than brokergate has anything to say about: all of it waits for it",
             kPutBack);
      }
    }
  }

  const Facts& facts_;
  const Known& known_;
  const bool mutating_;
  const std::vector<const Json*> entries_;
  const std::string where_;
  Symptoms& out_;
  std::string name_;
  int faults_ = 0;
};

void judge(const Facts& facts, const Known& known, bool mutating, Symptoms& out) {
  const Thing& configuration = mutating ? facts.mutating : facts.validating;
  const bool without = mutating ? facts.without_mutating : facts.without_validating;
  const std::string where = name_of(facts, mutating);
  if (configuration.unread()) return out.unknown("configuration", where, configuration.why);
  if (configuration.there() && !entries_of(configuration).empty()) return Judge(facts, known, mutating, out).run();
  if (without) return;
  out.fail("configuration", where,
           std::string(configuration.there() ? "has no webhook" : "is not there") +
               (mutating ? ": nothing is mended" : ": nothing is denied"),
           std::string("install the chart again (helm upgrade --install); if it is switched off on purpose, give "
                       "--without ") +
               (mutating ? "mutating" : "validating"));
}

}  // namespace

void judge_configurations(const Facts& facts, const Known& known, Symptoms& out) {
  judge(facts, known, true, out);
  judge(facts, known, false, out);
}

}  // namespace brokergate::webhook::doctor
