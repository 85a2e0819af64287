// What every registry must let us do: the same cases for the fake and for real servers.
#pragma once

#include <memory>
#include <string>

#include "registry/client.h"

namespace cooper::test {

struct RegistryUnderTest {
  std::shared_ptr<registry::Client> client;
  std::string host;           // as in references
  bool deletes_tags = false;  // by name; else by digest only
};

// Runs the suite in repositories named `prefix`/...; doctest assertions inside.
void check_registry_contract(const RegistryUnderTest& registry, const std::string& prefix);

// A small image: configuration and layers made of `seed`.
struct SampleBlob {
  std::string bytes;
  oci::Descriptor descriptor;
};
[[nodiscard]] SampleBlob sample_blob(std::string bytes, const std::string& media_type);
[[nodiscard]] std::string sample_manifest(const SampleBlob& config,
                                          const std::vector<SampleBlob>& layers);
[[nodiscard]] std::string sample_bytes(std::size_t size, unsigned seed);

}  // namespace cooper::test
