#include <memory>
#include <optional>
#include <utility>

#include "cli/verbs/cluster_record.h"
#include "cli/verbs/create_review.h"
#include "cli/verbs/recorded_cluster.h"
#include "cli/verbs/run_engine.h"
#include "cli/verbs/verbs.h"
#include "webhook/admission.h"
#include "webhook/review_codec.h"

namespace brokergate::cli {
namespace {

// The bytes the webhook would have received. `whole`: they are the source's own,
// so that positions in them mean something.
struct Request {
  SourcePtr body;
  bool whole = false;
};

Request request_for(const Object& object, size_t number) {
  const std::string& name = object.source()->name();
  if (object.kind != "AdmissionReview") return {std::make_shared<const Source>(name, create_review(object, number))};
  const bool as_received = object.document->json() && object.root == object.document->root();
  if (as_received) return {object.source(), true};
  return {std::make_shared<const Source>(name, to_json(object.root))};
}

}  // namespace

int review(const ReviewOptions& options, Console& console) {
  InputOptions input = options.input;
  if (!default_to_stdin(input, console)) return kCouldNotRun;
  const std::optional<Policy> policy = load_policy(options.policy, input.paths, console);
  if (!policy) return kCouldNotRun;
  LoadOptions how;
  how.keep_objects = true;
  how.limits.bytes = webhook::kLargestReview;
  Inputs inputs = load(input, how, console);
  tell_problems(inputs, console);

  std::optional<RecordedCluster> cluster;
  if (!input.view.empty()) {
    const auto record = read_record(input.view, console);
    if (!record) {
      console.error(record.error());
      return kCouldNotRun;
    }
    place_beside(*record, input.ns, inputs.bundle.objects, console);
    cluster.emplace(*record, *policy);
  }

  const auto endpoint = options.endpoint == "mutate" ? webhook::Endpoint::kMutate : webhook::Endpoint::kValidate;
  const std::string today = webhook::today_utc();
  const auto& objects = inputs.bundle.objects;
  // A review alone is answered with exactly the webhook's bytes.
  const bool exact = objects.size() == 1 && objects[0].kind == "AdmissionReview" && !console.out_is_terminal();
  bool denied = false, failed = !inputs.problems.empty();
  Locator locator;
  for (size_t i = 0; i < objects.size(); ++i) {
    const Request request = request_for(objects[i], i + 1);
    webhook::Answer answer = webhook::answer(request.body, endpoint, *policy, today, cluster ? &*cluster : nullptr);
    if (answer.status != 200) {
      const Position at = request.whole ? answer.position : Position{};
      console.err(problem_text({request.body->name(), request.whole ? request.body : nullptr, at, answer.body}, locator,
                               console.err_paint()));
      failed = true;
      continue;
    }
    denied = denied || !answer.decision.allowed;
    if (!console.out(exact ? answer.body : answer.body + "\n")) return kCouldNotRun;
  }
  return denied ? kDenied : failed ? kCouldNotRun : kClean;
}

}  // namespace brokergate::cli
