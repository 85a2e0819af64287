#include "builder/emulators.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "builder/build_platform.h"
#include "tests/support/temp_directory.h"

using namespace cooper;

namespace {

const std::string kArm64 =
    "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: POCF\noffset 0\n"
    "magic 7f454c460201010000000000000000000200b700\n"
    "mask ffffffffffffff00fffffffffffffffffeffffff\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

Emulators emulators_of(const std::string& text) {
  Emulators all;
  all.mounted = true;
  if (auto entry = parse_binfmt(text)) all.entries.push_back(*entry);
  return all;
}

plan::BuildGraph graph_with_run(const oci::Platform& platform) {
  plan::Step step;
  step.op = plan::RunOp{};
  step.platform = platform;
  step.label = "[app 2/3] RUN make";
  step.file_name = "Dockerfile";
  step.where.first_line = 7;
  plan::BuildGraph graph;
  graph.steps.push_back(step);
  return graph;
}

// "cause | hint", "" when it runs.
std::string refusal(const oci::Platform& platform, const Emulators& emulators) {
  try {
    require_runnable_platforms(graph_with_run(platform), {"linux", "amd64"}, emulators);
  } catch (const base::Error& error) {
    CHECK(error.spot()->line == 7);
    return error.cause() + " | " + error.hint();
  }
  return "";
}

}  // namespace

TEST_CASE("an entry of binfmt_misc") {
  const auto entry = parse_binfmt(kArm64);
  REQUIRE(entry);
  CHECK(entry->enabled);
  CHECK(entry->interpreter == "/usr/libexec/qemu-binfmt/aarch64-binfmt-P");
  CHECK(entry->flags == "POCF");
  CHECK(entry->magic.size() == 20);
  CHECK(starts_programs_of(*entry, {"linux", "arm64"}));
  CHECK_FALSE(starts_programs_of(*entry, {"linux", "riscv64"}));
  CHECK_FALSE(starts_programs_of(*entry, {"linux", "pdp11"}));
  CHECK_FALSE(
      starts_programs_of(*parse_binfmt(with(kArm64, "enabled", "disabled")), {"linux", "arm64"}));
}

TEST_CASE("what is no such entry") {
  CHECK_FALSE(parse_binfmt("enabled\n"));
  CHECK_FALSE(parse_binfmt("enabled\ninterpreter /x\nflags: \nextension .exe\n"));
  CHECK_FALSE(parse_binfmt(with(kArm64, "magic 7f", "magic 7")));
  CHECK_FALSE(parse_binfmt(with(kArm64, "mask ff", "mask ")));
  CHECK_FALSE(parse_binfmt(with(kArm64, "offset 0", "offset x")));
  CHECK_FALSE(starts_programs_of(*parse_binfmt(with(kArm64, "offset 0", "offset 4000")),
                                 {"linux", "arm64"}));
}

TEST_CASE("foreign programs are refused before they run, with what to install") {
  CHECK(refusal({"linux", "amd64"}, {}).empty());
  CHECK(refusal({"linux", "arm64"}, emulators_of(kArm64)).empty());
  const std::string absent = refusal({"linux", "arm64"}, {});
  CHECK(
      absent.starts_with("this machine runs linux/amd64 and has no emulator for it | install "
                         "Debian's packages qemu-user-static and binfmt-support"));
  CHECK(absent.find("mount -t binfmt_misc") != std::string::npos);
  CHECK(refusal({"linux", "s390x"}, emulators_of(kArm64)).find("mount") == std::string::npos);
  CHECK(refusal({"linux", "arm64"}, emulators_of(with(kArm64, "POCF", "PC"))) ==
        "the emulator /usr/libexec/qemu-binfmt/aarch64-binfmt-P is registered without the flag F, "
        "so a step would not find it | install Debian's package qemu-user-static in the place of "
        "qemu-user");
  Emulators own;
  CHECK_FALSE(refusal({"linux", "386"}, own).empty());
  own.runs_386 = true;
  CHECK(refusal({"linux", "386"}, own).empty());
  CHECK(runs_foreign_programs(graph_with_run({"linux", "arm64"}), {"linux", "amd64"}));
  CHECK_FALSE(runs_foreign_programs(graph_with_run({"linux", "amd64"}), {"linux", "amd64"}));
}

TEST_CASE("what the machine tells") {
  const test::TempDirectory proc;
  CHECK_FALSE(Emulators::read(proc.path()).mounted);
  const std::string directory = proc.path() + "/sys/fs/binfmt_misc";
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/status") << "enabled\n";
  std::ofstream(directory + "/register") << "";
  std::ofstream(directory + "/weak") << with(kArm64, "POCF", "");
  std::ofstream(directory + "/qemu-aarch64") << with(kArm64, "POCF", "F");
  const Emulators found = Emulators::read(proc.path());
  CHECK(found.mounted);
  CHECK_FALSE(found.runs_386);
  CHECK(found.entries.size() == 2);
  REQUIRE(found.find({"linux", "arm64"}) != nullptr);
  CHECK(found.find({"linux", "arm64"})->flags == "F");
  CHECK(found.find({"linux", "arm"}) == nullptr);
}
