#include "builder/engine/layer_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "../layer/layer_fixture.h"
#include "../layer/tar_bytes.h"
#include "base/error.h"

using namespace cooper;

namespace {

// A registry of one blob, which may give wrong bytes the first times.
class FakeProvider final : public store::BlobProvider {
 public:
  explicit FakeProvider(std::string bytes, int wrong = 0)
      : bytes_(std::move(bytes)), wrong_(wrong) {}
  void fetch(const oci::Descriptor&, base::Sink& sink, std::stop_token) override {
    ++fetched;
    std::string bytes = bytes_;
    if (wrong_-- > 0) bytes.back() ^= 1;
    sink.write(std::as_bytes(std::span(bytes)));
  }
  [[nodiscard]] std::string name() const override { return "fake"; }
  std::atomic<int> fetched = 0;

 private:
  std::string bytes_;
  std::atomic<int> wrong_;
};

struct Box {
  layer::test::TempStore temp;
  std::string tar = layer::test::tar_of({{"d/", '5', "", "", 0755}, {"d/f", '0', "text"}});
  oci::DiffId diff_id = oci::DiffId::of_bytes(tar);
  std::shared_ptr<FakeProvider> provider;
  engine::LayerPool pool{temp.store(), [](const engine::Event&) {}};

  explicit Box(int wrong = 0) : provider(std::make_shared<FakeProvider>(tar, wrong)) {
    plan::BaseImage image{
        "base",
        oci::parse_reference("registry.example/base:1"),
        {"", oci::Digest::of_bytes("manifest"), 8},
        {{"application/vnd.oci.image.layer.v1.tar", oci::Digest::of_bytes(tar), tar.size()}},
        {}};
    image.config.diff_ids = {diff_id};
    pool.add_base(image, provider);
  }
};

}  // namespace

TEST_CASE("a base layer is fetched when it is asked for, once, by whoever asks") {
  Box box;
  CHECK(box.pool.base_descriptor(box.diff_id)->size == box.tar.size());
  CHECK(box.provider->fetched == 0);
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 8; ++i)
      askers.emplace_back([&box] { static_cast<void>(box.pool.blob(box.diff_id, {})); });
  }
  CHECK(box.provider->fetched == 1);
  const auto index = box.pool.index(box.diff_id, {});
  REQUIRE(index->find("d/f") != nullptr);
  CHECK(box.pool.index(box.diff_id, {}) == index);
  CHECK(box.provider->fetched == 1);
}

// security.N10
TEST_CASE("wrong bytes are asked for once more, and then refused") {
  Box once(1);
  static_cast<void>(once.pool.blob(once.diff_id, {}));
  CHECK(once.provider->fetched == 2);
  Box always(9);
  CHECK_THROWS_AS(static_cast<void>(always.pool.blob(always.diff_id, {})), base::Error);
  CHECK(always.provider->fetched == 2);
  CHECK(!always.temp.store().has_blob(oci::Digest::of_bytes(always.tar)));
}

TEST_CASE("a layer nobody has is an error that says what to do") {
  Box box;
  try {
    static_cast<void>(box.pool.blob(oci::DiffId::of_bytes("other"), {}));
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::corrupt);
    CHECK(!error.hint().empty());
  }
}
