// How long the front takes: parse and plan of a Dockerfile of 2,000 lines and 100 stages, all of
// which the last one needs. Prints the median of the rounds, in milliseconds of processor time (it
// is one thread).
//
//   bench_front [ROUNDS [LIMIT]]     exit status 1 if the median is above LIMIT milliseconds
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "builder/dockerfile/dockerfile.h"
#include "builder/plan/plan.h"

namespace cooper {
namespace {

constexpr int kStages = 100;
constexpr int kLines = 20;  // of a stage

// 20 lines: every kind of instruction that real stages are made of.
std::string stage_text(int index) {
  const std::string number = std::to_string(index);
  const std::string before = std::to_string(index - 1);
  std::string text = index % 4 == 0 || index == 0 ? "FROM base-" + std::to_string(index % 5)
                                                  : "FROM stage" + before;
  text += " AS stage" + number + "\n";
  text += "ARG VERSION=1." + number + " MODE\n";
  text += "ENV HOME_" + number + "=/srv/$VERSION PATH=\"/opt/" + number + "/bin:${PATH}\"\n";
  text += "LABEL org.example.stage." + number + "=\"${VERSION:-none} of $HOME_" + number + "\"\n";
  text += "WORKDIR /srv/app/" + number + "\n";
  text += "COPY --chown=1000:1000 package.json composer.json ./\n";
  text += "COPY src/" + number + "/ ./src/\n";
  text += "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n";
  text += "    --mount=type=bind,source=scripts,target=/scripts \\\n";
  text += "    apt-get update && apt-get install -y \\\n";
  text += "    # a comment between\n";
  text += "    libpng-dev libzip-dev ${EXTRA_" + number + "} \\\n";
  text += "    && rm -rf /var/lib/apt/lists/*\n";
  text += index > 0 ? "COPY --from=stage" + before + " /srv/app/" + before + " /from/\n"
                    : std::string("COPY . /from/\n");
  text += "COPY <<EOF /etc/app.conf\nversion=$VERSION\nEOF\n";
  text += "EXPOSE 80" + std::string(index % 2 == 0 ? "80" : "81") + "/tcp\n";
  text += "HEALTHCHECK --interval=30s CMD [\"curl\", \"-f\", \"http://localhost/\"]\n";
  text += "CMD [\"run\", \"" + number + "\"]\n";
  return text;
}

plan::BaseImage base_image(const std::string& name) {
  oci::ImageConfig config;
  config.platform = {"linux", "amd64"};
  config.config.env = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  config.diff_ids = {oci::DiffId::of_bytes("layer " + name)};
  return {name,
          oci::Reference{"example.org", "x", "1"},
          {"application/vnd.oci.image.manifest.v1+json", oci::Digest::of_bytes(name), 1},
          {{"application/vnd.oci.image.layer.v1.tar+gzip", oci::Digest::of_bytes("l" + name), 1}},
          config};
}

// One round, as builder/build.cc does it. Returns the number of steps, so that nothing is optimised
// away.
std::size_t parse_and_plan(const std::string& text, plan::ResolvedImages& images) {
  const dockerfile::Dockerfile file = dockerfile::parse_dockerfile(text, "Dockerfile");
  plan::TargetRequest request;
  request.name = "app";
  request.file = &file;
  request.main_context = "context";
  request.platform = request.build_platform = {"linux", "amd64"};
  for (;;) {
    const auto missing = plan::list_external_images({request}, images);
    if (missing.empty()) return plan::make_plan({request}, images).graph.steps.size();
    for (const auto& image : missing) images.emplace(image.key, base_image(image.location));
  }
}

int run(int rounds, double limit) {
  std::string text;
  for (int i = 0; i < kStages; ++i) text += stage_text(i);
  plan::ResolvedImages images;
  const std::size_t steps = parse_and_plan(text, images);  // resolves the base images
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const std::clock_t begin = std::clock();  // of the processor: others may be busy too
    if (parse_and_plan(text, images) != steps) return 1;
    times.push_back(1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  std::printf("%d lines, %d stages, %zu steps: median %.2f ms, best %.2f ms, worst %.2f ms\n",
              kStages * kLines, kStages, steps, median, times.front(), times.back());
  return limit > 0 && median > limit ? 1 : 0;
}

}  // namespace
}  // namespace cooper

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 50;
  const double limit = argc > 2 ? std::atof(argv[2]) : 0;
  try {
    return cooper::run(rounds, limit);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_front: %s\n", error.what());
    return 1;
  }
}
