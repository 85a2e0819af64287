#include "tests/contract/registry/registry_contract.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "oci/manifest.h"
#include "oci/media_type.h"
#include "registry/push_session.h"

namespace cooper::test {
namespace {

using oci::Descriptor;
using registry::Placement;
using registry::Repository;

registry::PushBlob push_blob(const SampleBlob& blob) {
  return {blob.descriptor, [bytes = &blob.bytes](std::uint64_t offset) {
            return std::make_unique<base::StringSource>(std::string_view(*bytes).substr(offset));
          }};
}

Placement place(const Repository& repository, const SampleBlob& blob,
                const registry::UploadOptions& options = {},
                const std::vector<std::string>& mount_from = {}) {
  const registry::PushBlob source = push_blob(blob);
  return registry::place_blob(repository, {source.descriptor, source.open}, mount_from, options,
                              {});
}

std::string get(const Repository& repository, const Descriptor& blob) {
  base::StringSink sink;
  repository.get_blob(blob, sink);
  return sink.take();
}

void check_blobs(const Repository& repository) {
  const SampleBlob small = sample_blob("a small layer", std::string(oci::media_type::kLayerTar));
  CHECK_FALSE(repository.has_blob(small.descriptor));
  CHECK(place(repository, small) == Placement::uploaded);
  CHECK(place(repository, small) == Placement::present);
  CHECK(repository.has_blob(small.descriptor));
  CHECK(get(repository, small.descriptor) == small.bytes);
  const SampleBlob empty = sample_blob("", std::string(oci::media_type::kLayerTar));
  CHECK(place(repository, empty) == Placement::uploaded);
  CHECK(get(repository, empty.descriptor).empty());

  registry::UploadOptions chunks;
  chunks.one_piece = 1000;
  chunks.first_chunk = 100'000;
  chunks.smallest_chunk = 50'000;
  const SampleBlob large =
      sample_blob(sample_bytes(1'234'567, 1), std::string(oci::media_type::kLayerTar));
  CHECK(place(repository, large, chunks) == Placement::uploaded);
  CHECK(get(repository, large.descriptor) == large.bytes);
}

void check_absent_and_wrong(const Repository& repository) {
  const SampleBlob absent = sample_blob("never pushed", std::string(oci::media_type::kLayerTar));
  base::NullSink sink;
  CHECK_THROWS_AS(repository.get_blob(absent.descriptor, sink), base::Error);
  CHECK_FALSE(repository.try_get_manifest("absent").has_value());
  CHECK_FALSE(repository.head_manifest("absent").has_value());
  CHECK(repository.delete_manifest(absent.descriptor.digest.to_string()) ==
        registry::DeleteResult::absent);
  CHECK_THROWS_AS(static_cast<void>(repository.delete_manifest("")), base::Error);

  SampleBlob damaged = sample_blob("what it should be", std::string(oci::media_type::kLayerTar));
  damaged.bytes = "what it became...";
  CHECK_THROWS_WITH_AS(place(repository, damaged), doctest::Contains("local copy is damaged"),
                       base::Error);
  CHECK_FALSE(repository.has_blob(damaged.descriptor));
}

void check_mount(const Repository& from, const Repository& to) {
  const SampleBlob blob = sample_blob("to be mounted", std::string(oci::media_type::kLayerTar));
  CHECK(place(from, blob) == Placement::uploaded);
  CHECK(place(to, blob, {}, {"no/such/repository", from.name()}) == Placement::mounted);
  CHECK(get(to, blob.descriptor) == blob.bytes);
}

void check_images(const Repository& repository, bool deletes_tags) {
  const SampleBlob config = sample_blob(
      R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})",
      std::string(oci::media_type::kConfig));
  const SampleBlob shared =
      sample_blob(sample_bytes(300'000, 2), std::string(oci::media_type::kLayerTar));
  const SampleBlob own = sample_blob("own", std::string(oci::media_type::kLayerTar));
  const std::string manifest_a = sample_manifest(config, {shared});
  const std::string manifest_b = sample_manifest(config, {shared, own});
  const std::string type(oci::media_type::kManifest);
  registry::PushSession session(repository, {});
  std::vector<registry::PushImage> images = {
      {"a", manifest_a, type, {push_blob(config), push_blob(shared)}, {"a-1", "a-latest"}},
      {"b", manifest_b, type, {push_blob(config), push_blob(shared), push_blob(own)}, {"b-1"}}};
  const std::vector<registry::PushReport> reports = session.push(images);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].pushed_bytes == config.bytes.size() + shared.bytes.size());
  CHECK(reports[1].pushed_bytes == own.bytes.size());
  CHECK(reports[0].moved_tags == std::vector<std::string>{"a-1", "a-latest"});

  CHECK(repository.get_manifest("a-1").bytes == manifest_a);
  const auto head = repository.head_manifest("b-1");
  REQUIRE(head.has_value());
  CHECK(head->digest == oci::Digest::of_bytes(manifest_b));
  CHECK(head->size == manifest_b.size());
  CHECK(repository.get_manifest(head->digest.to_string()).bytes == manifest_b);

  registry::PushSession again(repository, {});
  const std::vector<registry::PushReport> second = again.push(images);
  CHECK(second[0].unchanged_tags.size() == 2);
  CHECK(second[0].pushed_bytes == 0);
  CHECK(second[1].moved_tags.empty());

  // A tag may come to mean another image.
  images[0].tags = {"a-latest"};
  images[0].manifest_bytes = manifest_b;
  images[0].blobs = images[1].blobs;
  registry::PushSession moving(repository, {});
  CHECK(moving.push({images[0]})[0].moved_tags == std::vector<std::string>{"a-latest"});
  CHECK(repository.get_manifest("a-latest").bytes == manifest_b);
  CHECK(repository.get_manifest("a-1").bytes == manifest_a);

  auto tags = repository.list_tags();
  REQUIRE(tags.has_value());
  std::sort(tags->begin(), tags->end());
  CHECK(*tags == std::vector<std::string>{"a-1", "a-latest", "b-1"});

  const auto by_tag = repository.delete_manifest("a-latest");
  CHECK(by_tag ==
        (deletes_tags ? registry::DeleteResult::deleted : registry::DeleteResult::unsupported));
  CHECK(repository.head_manifest("a-1").has_value());
  CHECK(repository.delete_manifest(head->digest.to_string()) == registry::DeleteResult::deleted);
  CHECK_FALSE(repository.head_manifest("b-1").has_value());
}

void check_missing_blob(const Repository& repository) {
  const SampleBlob config = sample_blob("{}", std::string(oci::media_type::kConfig));
  const SampleBlob layer =
      sample_blob("this blob is missing", std::string(oci::media_type::kLayerTar));
  CHECK_THROWS_AS(repository.put_manifest("x", sample_manifest(config, {layer}),
                                          std::string(oci::media_type::kManifest)),
                  registry::MissingBlobs);
}

}  // namespace

SampleBlob sample_blob(std::string bytes, const std::string& media_type) {
  Descriptor descriptor{media_type, oci::Digest::of_bytes(bytes), bytes.size()};
  return {std::move(bytes), std::move(descriptor)};
}

std::string sample_manifest(const SampleBlob& config, const std::vector<SampleBlob>& layers) {
  oci::Manifest manifest{std::string(oci::media_type::kManifest), config.descriptor, {}};
  for (const SampleBlob& layer : layers) manifest.layers.push_back(layer.descriptor);
  return oci::to_json(manifest);
}

std::string sample_bytes(std::size_t size, unsigned seed) {
  std::string out(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& c : out) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

void check_registry_contract(const RegistryUnderTest& registry, const std::string& prefix) {
  const auto repository = [&](const std::string& name) {
    return registry.client->repository(
        oci::parse_reference(registry.host + "/" + prefix + "/" + name));
  };
  registry.client->ping(registry.host);
  CHECK_FALSE(repository("unknown").list_tags().has_value());
  check_blobs(repository("blobs"));
  check_absent_and_wrong(repository("wrong"));
  check_mount(repository("from"), repository("to"));
  check_images(repository("images"), registry.deletes_tags);
  check_missing_blob(repository("missing"));
}

}  // namespace cooper::test
