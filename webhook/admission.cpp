#include "webhook/admission.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <unordered_set>
#include <utility>

#include "brokergate/engine.h"
#include "brokergate/rule.h"
#include "webhook/age.h"
#include "webhook/question.h"
#include "webhook/review_codec.h"
#include "webhook/user_class.h"

namespace brokergate::webhook {
namespace {

// The API server asks for warnings of at most 120 characters, cuts at 256, and
// stops passing them on after 4096 in one user request, shared with other webhooks.
constexpr size_t kWarningRunes = 256;
constexpr size_t kReasonRunes = 100;
constexpr size_t kMostWarnings = 10;
constexpr size_t kMessageRunes = 1000;
constexpr size_t kMostCauses = 10;

// Most of a review is its objects: where the rest tells that nobody looks at them, they are not read.
tl::expected<ReviewRequest, BadReview> decode(const SourcePtr& body, const ClusterSource* cluster) {
  const ReviewHint hint = hint_of(body->text());
  const bool mended = hint.operation.empty() || hint.operation == "CREATE" || hint.operation == "UPDATE";
  const bool idle = !hint.sub_resource.empty() || !mended || (!hint.kind.empty() && !concerns_engine(hint.kind));
  if (!idle) return decode_review(body);
  auto head = decode_review(body, ReviewPart::kHead);
  if (!head || (!head->kind.empty() && !reason_to_skip(*head, cluster).empty())) return head;
  return decode_review(body);
}

std::string subject(const Object& object) {
  std::string out(object.kind);
  out += '/';
  out += object.name.empty() ? object.metadata()["generateName"].str() : object.name;
  return out;
}

// What nobody can see in the request itself.
std::string seen(const Finding& finding) {
  if (finding.view_age < 0) return {};
  return " (seen in the cluster " + age_text(finding.view_age) + ")";
}

// [rule] Kind/name: field: what is wrong. Fix: what to do. (docs)
std::string denial_line(const Finding& finding) {
  std::string out = "[" + std::string(finding.rule) + "] " + subject(*finding.object) + ": ";
  const std::string field = field_path(finding.path());
  if (!field.empty()) out += field + ": ";
  out += finding.message + seen(finding);
  if (!finding.doubted.empty())
    out += " (denied because the policy's clusterView.whenStale is deny, although " + finding.doubted + ")";
  if (!finding.remediation.empty()) {
    if (!out.ends_with('.')) out += '.';
    out += " Fix: " + finding.remediation;
  }
  if (const Rule* rule = find_rule(finding.rule); rule && !rule->info.docs.empty()) {
    out += " (" + std::string(rule->info.docs) + ")";
  }
  return one_line(out, kMessageRunes);
}

size_t runes_in(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

// [rule] Kind/name: what is wrong (not denied: why). What is too long is cut before the reason.
std::string warning_line(const Finding& finding) {
  const std::string what = "[" + std::string(finding.rule) + "] " + subject(*finding.object) + ": " + finding.message;
  if (finding.weakened.empty()) return one_line(what + seen(finding), kWarningRunes);
  const std::string reason = seen(finding) + " (not denied: " + one_line(finding.weakened, kReasonRunes) + ")";
  return one_line(what, kWarningRunes - runes_in(reason)) + reason;
}

Denial deny(const ReviewRequest& request, const Object& object, const std::vector<const Finding*>& findings) {
  Denial denial;
  denial.name = object.name;
  denial.group = request.group;
  denial.kind = object.kind;
  for (size_t i = 0; i < findings.size() && i < kMostCauses; ++i) {
    if (i) denial.message += '\n';
    denial.message += denial_line(*findings[i]);
    // A field of the request's object, or none.
    const bool own = findings[i]->object == &object;
    denial.causes.push_back(
        {own ? field_path(findings[i]->path()) : "", findings[i]->rule, one_line(findings[i]->message, kMessageRunes)});
  }
  if (findings.size() > kMostCauses) {
    denial.message += "\nand " + std::to_string(findings.size() - kMostCauses) + " more";
  }
  return denial;
}

std::vector<std::string> warn(const std::vector<const Finding*>& findings) {
  std::vector<std::string> out;
  std::unordered_set<std::string> told;
  for (const Finding* finding : findings) {
    std::string line = warning_line(*finding);
    if (told.insert(line).second) out.push_back(std::move(line));
  }
  if (out.size() > kMostWarnings) {
    const size_t left = out.size() - (kMostWarnings - 1);
    out.resize(kMostWarnings - 1);
    out.push_back("[brokergate] " + std::to_string(left) + " more warnings; brokergate lint shows them all");
  }
  return out;
}

void add_once(RuleOutcome outcome, std::vector<RuleOutcome>& out) {
  if (std::find(out.begin(), out.end(), outcome) == out.end()) out.push_back(outcome);
}

void validate(const Verdict& verdict, const Policy& policy, const ReviewRequest& request, const Object& object,
              ReviewAnswer& out, Decision& decision) {
  const bool observing = policy.mode == Mode::kObserve;
  std::vector<const Finding*> denied, warned;
  for (const Finding& finding : verdict.findings) {
    if (finding.suppressed || finding.severity < Severity::kWarn) continue;
    const bool denies = finding.severity == Severity::kDeny;
    const Outcome outcome = finding.by_mode ? Outcome::kWouldDeny
                            : observing     ? Outcome::kWouldWarn
                            : denies        ? Outcome::kDenied
                                            : Outcome::kWarned;
    add_once({finding.rule, outcome}, decision.outcomes);
    if (observing) continue;
    (denies ? denied : warned).push_back(&finding);
  }
  out.warnings = warn(warned);
  if (!denied.empty()) out.denial = deny(request, object, denied);
}

void mutate(const Verdict& verdict, const Policy& policy, const Object& object, ReviewAnswer& out, Decision& decision) {
  const std::vector<Edit> edits = edits_for(verdict, object);
  if (edits.empty()) return;
  const std::string patch = to_json_patch(object.root, edits);
  if (patch == "[]") return;
  // An observer changes nothing either.
  const bool observing = policy.mode == Mode::kObserve;
  if (!observing) out.patch = patch;
  const Outcome outcome = observing ? Outcome::kWouldInject : Outcome::kInjected;
  for (const Edit& edit : edits) add_once({edit.rule, outcome}, decision.outcomes);
}

// What the audit log keeps of it: for each outcome the rules, as metrics and the decision log name them.
std::vector<std::pair<std::string_view, std::string>> audit(const std::vector<RuleOutcome>& outcomes) {
  std::vector<std::pair<std::string_view, std::string>> out;
  for (const RuleOutcome& each : outcomes) {
    const std::string_view key = to_string(each.outcome);
    const auto at = std::find_if(out.begin(), out.end(), [&](const auto& entry) { return entry.first == key; });
    if (at == out.end()) {
      out.emplace_back(key, each.rule);
    } else {
      at->second += ',';
      at->second += each.rule;
    }
  }
  return out;
}

void judge(const Question& question, Endpoint endpoint, const Policy& policy, const ReviewRequest& request,
           std::string_view today, ReviewAnswer& reply, Decision& decision) {
  const ClusterView* view = question.view ? &*question.view : nullptr;
  if (view) decision.view_age = view->age;
  const Evaluation evaluation = evaluate(question.bundle, policy, &question.admission, today, view);
  if (endpoint == Endpoint::kValidate) {
    validate(evaluation.verdict, policy, request, question.object(), reply, decision);
  } else if (question.admission.operation != Operation::kDelete && !question.admission.scale) {
    mutate(evaluation.verdict, policy, question.object(), reply, decision);
  }
  for (const Finding& finding : evaluation.verdict.findings) {
    const bool known = std::find(decision.rules.begin(), decision.rules.end(), finding.rule) != decision.rules.end();
    if (!finding.suppressed && !known) decision.rules.push_back(finding.rule);
  }
}

Answer refuse(BadReview problem) {
  Answer out;
  out.status = 400;
  out.position = problem.position;
  out.body = std::move(problem.message);
  return out;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kInjected:
      return "injected";
    case Outcome::kDenied:
      return "denied";
    case Outcome::kWarned:
      return "warned";
    case Outcome::kWouldInject:
      return "would_inject";
    case Outcome::kWouldDeny:
      return "would_deny";
    case Outcome::kWouldWarn:
      return "would_warn";
  }
  return "";
}

std::string_view to_string(Endpoint endpoint) { return endpoint == Endpoint::kMutate ? "mutate" : "validate"; }

Answer answer(const SourcePtr& body, Endpoint endpoint, const Policy& policy, std::string_view today,
              const ClusterSource* cluster) {
  auto decoded = decode(body, cluster);
  if (!decoded) return refuse(std::move(decoded.error()));
  const ReviewRequest& request = *decoded;

  Answer out;
  Decision& decision = out.decision;
  decision.uid = request.uid;
  decision.operation = request.operation;
  decision.kind = kind_of(request);
  decision.ns = request.ns;
  // A whole collection is deleted one by one, without a name.
  decision.name = request.name.empty() ? request.old_object["metadata"]["name"].str() : request.name;
  decision.user = user_class(request.user_info);
  decision.dry_run = request.dry_run;
  decision.skipped = reason_to_skip(request, cluster);

  ReviewAnswer reply;
  if (decision.skipped.empty()) {
    const auto asked = question_of(request, body, cluster);
    if (!asked) return refuse(asked.error());
    if (!*asked) {
      decision.skipped = "unknown";
    } else {
      judge(**asked, endpoint, policy, request, today, reply, decision);
    }
  }
  decision.patched = !reply.patch.empty();
  decision.allowed = !reply.denial;
  decision.warned = !reply.warnings.empty();
  reply.audit = audit(decision.outcomes);
  out.body = encode_review(request.api_version, request.uid, reply);
  return out;
}

std::string today_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

}  // namespace brokergate::webhook
