#include "registry/blob_places.h"

#include <doctest/doctest.h>

namespace cooper::registry {
namespace {

TEST_CASE("other repositories that have a blob are known, but no more than a few") {
  const oci::Digest blob = oci::Digest::of_bytes("a");
  BlobPlaces places;
  CHECK(places.others(blob, "team/site").empty());
  places.note(blob, "team/site");
  CHECK(places.others(blob, "team/site").empty());
  places.note(blob, "team/base");
  CHECK(places.others(blob, "team/site") == std::vector<std::string>{"team/base"});
  CHECK(places.others(oci::Digest::of_bytes("b"), "team/site").empty());
  for (const char* more : {"a", "b", "c", "d"}) places.note(blob, more);
  CHECK(places.others(blob, "team/site").size() == BlobPlaces::kMaxPlaces);
}

}  // namespace
}  // namespace cooper::registry
