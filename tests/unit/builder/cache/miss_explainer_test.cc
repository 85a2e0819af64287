#include "builder/cache/miss_explainer.h"

#include <doctest/doctest.h>

#include "tests/support/temp_directory.h"

using namespace cooper::cache;  // NOLINT(google-build-using-namespace)
namespace oci = cooper::oci;
using cooper::store::Store;
using cooper::test::TempDirectory;

namespace {

struct Fixture {
  TempDirectory directory;
  Store store = Store::open(directory.path() + "/store");
  StepCache cache{store};

  static KeyParts parts_of(const std::string& parent, const std::string& value) {
    KeyParts parts;
    parts.add("parent", parent);
    parts.add("env A", value);
    return parts;
  }
  // A build of one base image and one RUN on it.
  void build(const std::string& digest, const std::string& label, const KeyParts& parts,
             std::int64_t when = 1'700'000'000) {
    cache.put({parts.key(), oci::DiffId::of_bytes(parts.key().hex), when, label, 1, parts.parts()});
    BuildRecord record;
    record.started = when;
    RecordedStep base;
    base.operation = "base";
    base.label = "[app 1/2] FROM php";
    base.image = "php";
    base.image_digest = digest;
    RecordedStep run;
    run.operation = "run";
    run.label = label;
    run.file = "Dockerfile";
    run.parent = 0;
    run.key = parts.key().hex;
    record.steps = {base, run};
    BuildHistory(store).add(record);
  }
  std::vector<Change> why(const std::string& label, const KeyParts& parts,
                          const std::string& digest = "sha256:0000000000001") {
    MissExplainer explainer(store, cache);
    return explainer.explain({label, "Dockerfile", "[app 1/2] FROM php", "php", digest},
                             parts.parts());
  }
};

constexpr const char* kRun = "[app 2/2] RUN make";

}  // namespace

TEST_CASE("the first build of a step has nothing before it") {
  Fixture fixture;
  const auto changes = fixture.why(kRun, Fixture::parts_of("p", "1"));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::first);
}

TEST_CASE("a changed variable is found in the step of the same text") {
  Fixture fixture;
  fixture.build("sha256:0000000000001", kRun, Fixture::parts_of("p", "1"));
  CHECK(summary(fixture.why(kRun, Fixture::parts_of("p", "2"))) ==
        "variable A changed: '1' -> '2'");
  // The step has another place in its stage now.
  CHECK(summary(fixture.why("[app 3/9] RUN make", Fixture::parts_of("p", "2"))) ==
        "variable A changed: '1' -> '2'");
  // It has another text at the same place.
  CHECK(summary(fixture.why("[app 2/2] RUN cmake", Fixture::parts_of("p", "2"))) ==
        "variable A changed: '1' -> '2'");
  CHECK(fixture.why("[other 5/5] RUN x", Fixture::parts_of("p", "2"))[0].kind == ChangeKind::first);
}

TEST_CASE("a line that was put in is another instruction, not many changed parts of one") {
  Fixture fixture;
  KeyParts run = Fixture::parts_of("p", "1"), copy;
  run.add("operation", "run");
  copy.add("operation", "copy");
  copy.add("destination", "/a");
  fixture.build("sha256:0000000000001", kRun, run);
  const auto changes = fixture.why("[app 2/3] COPY a /a", copy);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::instruction);
  CHECK(changes[0].text == "another instruction: 'RUN make' -> 'COPY a /a'");
}

TEST_CASE(
    "after a line that was taken out a step follows another one, which gave what it always gave") {
  Fixture fixture;
  const KeyParts parts = Fixture::parts_of("p", "1");
  fixture.cache.put({parts.key(), oci::DiffId::of_bytes("x"), 1, kRun, 1, parts.parts()});
  BuildRecord record;
  RecordedStep gone, last;
  gone.operation = last.operation = "run";
  gone.label = "[app 1/2] RUN gone";
  last.label = kRun;
  last.parent = 0;
  last.key = parts.key().hex;
  record.steps = {gone, last};
  BuildHistory(fixture.store).add(record);
  MissExplainer explainer(fixture.store, fixture.cache);
  const auto now = Fixture::parts_of("q", "1");
  const auto text = [&](bool cached) {
    return summary(explainer.explain(
        {"[app 1/1] RUN make", "Dockerfile", "[base 1/1] COPY a /a", "", "", cached}, now.parts()));
  };
  CHECK(text(true) == "it follows [base 1/1] COPY a /a now, not [app 1/2] RUN gone");
  CHECK(text(false) == "after [base 1/1] COPY a /a, which gave another result");
}

TEST_CASE("of several earlier steps the nearest one counts") {
  Fixture fixture;
  fixture.build("sha256:0000000000001", kRun, Fixture::parts_of("p", "1"), 1'700'000'000);
  fixture.build("sha256:0000000000002", kRun, Fixture::parts_of("q", "2"), 1'700'000'100);
  const auto changes = fixture.why(kRun, Fixture::parts_of("p", "3"));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].text == "variable A changed: '1' -> '3'");
}

TEST_CASE("another base image is named with both digests") {
  Fixture fixture;
  fixture.build("sha256:1111111111111111", kRun, Fixture::parts_of("p", "1"));
  const auto changes = fixture.why(kRun, Fixture::parts_of("q", "1"), "sha256:2222222222222222");
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::base);
  CHECK(changes[0].text == "base image php changed: sha256:111111111111 -> sha256:222222222222");
}

TEST_CASE("a step whose result has gone is told so") {
  Fixture fixture;
  const KeyParts parts = Fixture::parts_of("p", "1");
  fixture.build("sha256:0000000000001", kRun, parts);
  CHECK(fixture.why(kRun, parts).at(0).kind == ChangeKind::lost);
}
