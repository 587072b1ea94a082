// usage: brokergate_bench BROKERGATE TREE [Google Benchmark flags]
//        brokergate_bench --write-reviews FOLDER
//
// Measures the program at BROKERGATE on a generated tree below TREE, and the
// request path in this process. Prints figures as ratios to a floor measured in
// the same run, with the aims beside them. Nothing fails on time: only a
// program that did not do its work makes the exit code 1.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "events.h"
#include "process.h"
#include "review.h"
#include "tree.h"

namespace {

constexpr size_t kObjects = 20'000;
constexpr int kRuns = 5;
constexpr int kStarts = 21;

bool sound = true;

void row(const std::string& what, const std::string& figure, const std::string& ratio, const std::string& aim) {
  std::printf("%-34s %14s   %-28s %s\n", what.c_str(), figure.c_str(), ratio.c_str(), aim.c_str());
}

std::string number(double value, const char* unit, int digits = 2) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %s", digits, value, unit);
  return text;
}

std::string times(double value, const std::string& of) { return number(value, "x ", value < 1 ? 2 : 1) + of; }

// Lint finds something in the tree, so 1 is the wanted answer there.
void must(const bench::Usage& usage, int status, const std::string& what) {
  if (usage.status == status) return;
  std::printf("%s: exit code %d, wanted %d\n", what.c_str(), usage.status, status);
  sound = false;
}

void measure_tree(const std::string& brokergate, const std::filesystem::path& root) {
  const bench::Tree tree = bench::make_tree(root, kObjects);
  const double megabytes = static_cast<double>(tree.bytes) / 1e6;
  std::printf("lint of %zu objects in %zu files, %.1f MB (median of %d)\n", tree.objects, tree.files.size(), megabytes,
              kRuns);
  const bench::Usage floor = bench::median_of(
      kRuns, [&] { return bench::run_function([&] { return bench::yaml_events(tree.files) > 0 ? 0 : 1; }); });
  must(floor, 0, "libyaml event loop");
  const bench::Usage lint = bench::median_of(kRuns, [&] {
    return bench::run_program({brokergate, "lint", root.string()});
  });
  must(lint, 1, "lint of the tree");
  row("libyaml event loop, CPU", number(floor.cpu_seconds, "s"), "1", "");
  row("lint, CPU", number(lint.cpu_seconds, "s"), times(lint.cpu_seconds / floor.cpu_seconds, "libyaml"), "aim <= 2x");
  row("lint, wall", number(lint.wall_seconds, "s"), times(lint.wall_seconds / floor.wall_seconds, "libyaml"), "");
  row("lint, objects per CPU second", number(static_cast<double>(tree.objects) / lint.cpu_seconds, "", 0), "", "");
  row("lint, peak memory", number(static_cast<double>(lint.peak_kib) / 1024, "MiB", 1),
      times(static_cast<double>(lint.peak_kib) * 1024 / static_cast<double>(tree.bytes), "the tree's bytes"), "");
}

void measure_start(const std::string& brokergate, const std::filesystem::path& file) {
  std::printf("\nstart-up (median of %d)\n", kStarts);
  const bench::Usage nothing = bench::median_of(kStarts, [] { return bench::run_program({"true"}); });
  must(nothing, 0, "true");
  row("true", number(nothing.wall_seconds * 1e3, "ms"), "1, " + number(nothing.cpu_seconds * 1e3, "ms CPU", 1), "");
  const auto start = [&](const std::string& what, std::vector<std::string> argv, int status) {
    const bench::Usage usage = bench::median_of(kStarts, [&] { return bench::run_program(argv); });
    must(usage, status, what);
    row(what, number(usage.wall_seconds * 1e3, "ms"),
        times(usage.wall_seconds / nothing.wall_seconds, "true") + ", " + number(usage.cpu_seconds * 1e3, "ms CPU", 1),
        "aim <= 10 ms");
  };
  start("version", {brokergate, "version"}, 0);
  start("lint of one file", {brokergate, "lint", file.string()}, 0);
}

void measure_reviews(int argc, char** argv) {
  std::printf("\none admission review, bytes to answer bytes\n");
  const std::vector<bench::ReviewFigure> figures = bench::review_figures(argc, argv);
  if (figures.size() < 5) {
    sound = false;
    return;
  }
  std::printf("\nCPU per request of %zu bytes\n", figures.front().bytes);
  for (const bench::ReviewFigure& figure : figures) {
    const bool review = figure.name.starts_with("review");
    row(figure.name, number(figure.cpu_microseconds, "us", 1),
        times(figure.cpu_microseconds / figures[0].cpu_microseconds, "scan") + ", " +
            times(figure.cpu_microseconds / figures[1].cpu_microseconds, "nlohmann"),
        review ? "aim <= 60 us" : "");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BROKERGATE TREE [--benchmark_...]\n       %s --write-reviews FOLDER\n", argv[0],
                 argv[0]);
    return 2;
  }
  try {
    if (std::string(argv[1]) == "--write-reviews") {
      bench::write_reviews(argv[2]);
      return 0;
    }
    const std::string brokergate = argv[1];
    const std::filesystem::path root = argv[2];
    measure_tree(brokergate, root);
    measure_start(brokergate, root / "area-0" / "part-0.yaml");
    argv[2] = argv[0];
    measure_reviews(argc - 2, argv + 2);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return sound ? 0 : 1;
}
