#include "webhook/doctor/doctor.h"

#include "webhook/doctor/judges.h"

namespace brokergate::webhook::doctor {

Symptoms examine(const Facts& facts) {
  Symptoms out;
  const Known known = judge_policy(facts, out);
  judge_configurations(facts, known, out);
  judge_serving(facts, out);
  judge_view(facts, out);
  judge_trust(facts, out);
  judge_dialled(facts, out);
  judge_probes(facts, known, out);
  if (facts.out_of_time) {
    out.unknown("time", facts.name, "the time for all questions was up before all were asked",
                "see why the API server, or the webhook, answers so slowly, and try again");
  }
  return out;
}

}  // namespace brokergate::webhook::doctor
