#include "unit/engine/worlds.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "unit/engine/fixture.h"

namespace brokergate::test {
namespace fs = std::filesystem;
namespace {

std::string identity(const Object& object) {
  return std::string(object.kind) + " " + std::string(object.ns) + "/" + std::string(object.name);
}

// What serve's view keeps.
bool is_kept(const Object& object) {
  return (object.kind == "StatefulSet" && object.group() == "apps") ||
         ((object.kind == "Service" || object.kind == "ConfigMap") && object.group().empty());
}

// A request always has a namespace.
void add(World& world, const Bundle& bundle) {
  for (Object object : bundle.objects) {
    if (object.kind == "Node" || object.name.empty()) continue;
    if (object.ns.empty()) object.ns = "default";
    const bool there = std::any_of(world.objects.begin(), world.objects.end(),
                                   [&](const Object& one) { return identity(one) == identity(object); });
    if (!there) world.objects.push_back(std::move(object));
  }
}

std::shared_ptr<const NodeIndex> nodes_of(const Bundle& bundle, const Policy& policy) {
  const bool any = std::any_of(bundle.objects.begin(), bundle.objects.end(),
                               [](const Object& object) { return object.kind == "Node"; });
  return any ? std::make_shared<const NodeIndex>(bundle.objects, policy) : nullptr;
}

// By the rule they are for.
std::vector<std::vector<Fixture>> all_fixtures() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(fixtures_folder()))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<std::vector<Fixture>> out;
  for (const fs::path& folder : folders) {
    out.emplace_back();
    for (const fs::path& file : fixture_files(folder)) out.back().push_back(load_fixture(file));
  }
  return out;
}

Object changed(const Object& object, const std::vector<std::string>& path, Literal value) {
  auto document = std::make_shared<const Document>(
      apply(object.source(), object.root, {set_edit(object.root, path, std::move(value))}));
  Object out = objects_of(document).at(0);
  out.ns = object.ns;  // the document before lives on in the world
  return out;
}

// An object as it may have been before: the same, with fewer or more brokers, another template, an annotation more …
Object earlier(const World& world, const Object& object, Chance& chance) {
  std::vector<Object> looks;
  for (const Object& look : world.looks)
    if (look.kind == object.kind) looks.push_back(look);
  const int64_t replicas = object.spec()["replicas"].as_int().value_or(1);
  Object out = object;
  switch (chance.below(8)) {
    case 0:
      break;
    case 1:
      out = changed(object, {"metadata", "annotations", "made-by"}, "the test");
      break;
    case 2:
    case 3:
    case 4:
      if (!looks.empty()) out = chance.of(looks);
      break;
    case 5:
      if (object.kind == "StatefulSet")
        out = changed(object, {"spec", "replicas"}, replicas > 1 ? replicas - 1 : replicas + 2);
      break;
    case 6:
      if (object.kind == "StatefulSet") out = changed(object, {"spec", "replicas"}, 0);
      break;
    default:
      if (object.kind == "Service")
        out = changed(object, {"spec", "type"}, chance.of<std::string>({"ClusterIP", "LoadBalancer", "NodePort"}));
      if (object.spec()["template"]["metadata"].is_map())
        out = changed(object, {"spec", "template", "metadata", "annotations", "restarted"}, "yesterday");
  }
  out.ns = object.ns;
  out.name = object.name;
  return out;
}

// Its load balancer has an address.
Object live(const Object& service) {
  Object out = changed(service, {"status", "loadBalancer", "ingress"}, LiteralList{LiteralMap{{"ip", "10.1.2.3"}}});
  out.name = service.name;
  return out;
}

World world_of(const Fixture& fixture) {
  World world;
  world.name = fixture.source->name();
  world.policy = fixture.policy;
  world.nodes = nodes_of(fixture.bundle, fixture.policy);
  add(world, fixture.bundle);
  return world;
}

}  // namespace

std::vector<World> worlds_of_fixtures(size_t mixed) {
  const std::vector<std::vector<Fixture>> fixtures = all_fixtures();
  std::vector<World> out;
  for (const std::vector<Fixture>& of_rule : fixtures) {
    std::vector<Object> looks;
    for (const Fixture& fixture : of_rule) {
      looks.insert(looks.end(), fixture.bundle.objects.begin(), fixture.bundle.objects.end());
      if (fixture.old) looks.insert(looks.end(), fixture.old->objects.begin(), fixture.old->objects.end());
    }
    for (const Fixture& fixture : of_rule) {
      out.push_back(world_of(fixture));
      out.back().looks = looks;
      if (out.back().objects.empty()) out.pop_back();
    }
  }
  Chance chance(11);
  for (size_t i = 0; i < mixed; ++i) {
    const Fixture& first = chance.of(chance.of(fixtures));
    World& world = out.emplace_back(world_of(first));
    for (size_t more = 1 + chance.below(2); more > 0; --more) {
      const Fixture& other = chance.of(chance.of(fixtures));
      world.name += " with " + other.source->name();
      if (!world.nodes) world.nodes = nodes_of(other.bundle, first.policy);
      add(world, other.bundle);
    }
    world.looks = world.objects;
  }
  return out;
}

Request any_request(const World& world, Chance& chance) {
  Request out;
  out.world = &world;
  const Object& object = chance.of(world.objects);
  out.object = object;
  for (const Object& peer : world.objects)
    if (&peer != &object && is_kept(peer)) out.peers.push_back(peer);
  const bool service = object.kind == "Service";
  const size_t which = chance.below(10);
  std::string what = "CREATE";
  if (which >= 3) {
    what = "UPDATE";
    out.operation = Operation::kUpdate;
    out.old = earlier(world, object, chance);
  }
  if (which >= 8 && service) {
    what = "UPDATE of a live one";
    out.object = live(object);
    out.old = live(*out.old);
  }
  if (which == 9 && object.kind == "StatefulSet") {
    what = "scale";
    out.scale = true;
    out.old = object;
    out.object = changed(object, {"spec", "replicas"}, object.spec()["replicas"].as_int().value_or(1) + 1);
    out.object.name = object.name;
  }
  if (which == 7 && service) {
    what = "DELETE";
    out.operation = Operation::kDelete;
    out.old.reset();
  }
  out.name = world.name + ": " + what + " of " + identity(object);
  return out;
}

std::string Told::text() const {
  std::string out = "  " + rule + " " + std::string(to_string(severity)) + (fixable ? " fixable" : "") +
                    (own ? "" : " at peer") + " " + object + path + ": " + message + " [" + std::to_string(age) + "]";
  for (const int64_t broker : brokers) out += " " + std::to_string(broker);
  return out + (weakened.empty() ? "" : " (" + weakened + ")");
}

const Told* Judged::denied(const std::string& rule) const {
  const auto found =
      std::find_if(told.begin(), told.end(), [&](const Told& one) { return one.denied() && one.rule == rule; });
  return found == told.end() ? nullptr : &*found;
}

bool Judged::denies() const {
  return std::any_of(told.begin(), told.end(), [](const Told& one) { return one.denied(); });
}

std::string Judged::text() const {
  std::string out;
  for (const Told& one : told) out += one.text() + "\n";
  return out.empty() ? "  nothing\n" : out;
}

Judged judged(const Request& request, const Sight& sight) {
  Bundle bundle;
  bundle.complete = false;
  bundle.objects.push_back(request.object);
  if (sight.view && sight.peers) {
    bundle.peers = 1;
    bundle.objects.insert(bundle.objects.end(), request.peers.begin(), request.peers.end());
  }
  Admission admission;
  admission.operation = request.operation;
  admission.scale = request.scale;
  admission.old_object = request.old ? &*request.old : nullptr;
  Policy policy = request.world->policy;
  policy.when_stale = sight.when_stale;
  ClusterView view;
  view.nodes = sight.nodes ? request.world->nodes.get() : nullptr;
  view.age = kAge;
  view.doubt = sight.doubt;
  view.complete = sight.complete;
  const Evaluation evaluation = evaluate(bundle, policy, &admission, "", sight.view ? &view : nullptr);
  Judged out;
  const Summary& summary = evaluation.verdict.summary;
  out.concerned = summary.broker_sets + summary.broker_services + summary.unknown;
  for (const Finding& finding : evaluation.verdict.findings) {
    for (const Finding::Fix& fix : finding.fixes) out.fixes_of_peers += fix.object != bundle.objects.data();
    if (finding.suppressed) continue;
    Told& told = out.told.emplace_back();
    told.rule = finding.rule;
    told.object = identity(*finding.object);
    told.own = finding.object == bundle.objects.data();
    told.path = finding.path();
    told.message = finding.message;
    told.severity = finding.severity;
    told.fixable = finding.fixable();
    told.brokers = finding.ordinals;
    told.age = finding.view_age;
    told.weakened = finding.weakened;
  }
  std::sort(out.told.begin(), out.told.end(), [](const Told& a, const Told& b) {
    return std::tie(a.object, a.rule, a.path, a.message) < std::tie(b.object, b.rule, b.path, b.message);
  });
  return out;
}

}  // namespace brokergate::test
