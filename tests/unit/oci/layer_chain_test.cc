#include "oci/layer_chain.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)

TEST_CASE("a chain is the layers it was made of, with their chain id") {
  const std::vector<DiffId> layers{DiffId::of_bytes("a"), DiffId::of_bytes("b"),
                                   DiffId::of_bytes("c")};
  const LayerChain chain(layers);
  CHECK(chain.list() == layers);
  CHECK(chain.top() == layers.back());
  CHECK(chain.id() == chain_id(layers));
  CHECK(LayerChain().empty());
  CHECK(LayerChain().list().empty());
  CHECK_FALSE(LayerChain().id().has_value());
}

TEST_CASE("two stacks on the same one do not disturb each other") {
  const DiffId a = DiffId::of_bytes("a");
  const DiffId b = DiffId::of_bytes("b");
  LayerChain below = LayerChain().with(a);
  const LayerChain twice = below.with(a);
  const LayerChain other = below.with(b);
  below = LayerChain();
  CHECK(twice.list() == std::vector<DiffId>{a, a});
  CHECK(other.list() == std::vector<DiffId>{a, b});
  CHECK(twice.id() == chain_id(std::vector<DiffId>{a, a}));
}

TEST_CASE("a very high stack is made and unmade") {
  LayerChain chain;
  for (int i = 0; i < 200'000; ++i) chain = chain.with(DiffId::of_bytes("layer"));
  CHECK(chain.list().size() == 200'000);
  const LayerChain kept = chain;
  chain = LayerChain();
  CHECK(kept.top() == DiffId::of_bytes("layer"));
}
