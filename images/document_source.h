// Where an image or an index is read from as it is: its documents byte for byte, its blobs as they
// are stored. Nothing is believed here; the callers check digests.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/sink.h"
#include "builder/store/store.h"
#include "oci/descriptor.h"
#include "registry/client.h"

namespace cooper::images {

struct Document {
  oci::Descriptor descriptor;
  std::string bytes;
};

class DocumentSource {
 public:
  DocumentSource() = default;
  DocumentSource(const DocumentSource&) = delete;
  DocumentSource& operator=(const DocumentSource&) = delete;
  virtual ~DocumentSource() = default;

  // What the name means: a manifest or an index. Throws base::Error.
  [[nodiscard]] virtual Document top(std::stop_token stop) = 0;
  // A manifest, index or configuration below it.
  [[nodiscard]] virtual std::string read(const oci::Descriptor& document, std::stop_token stop) = 0;
  virtual void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) = 0;
  // "registry.example" and "team/site" where it is a registry, for mounting.
  [[nodiscard]] virtual std::optional<registry::Repository> repository() const { return {}; }
};

// A reference of a registry (docker:// and docker-image:// may stand before it),
// "oci-layout://DIR[:TAG][@DIGEST]" or "oci:DIR[:TAG]", "oci-archive:FILE[:TAG]",
// "docker-archive:FILE[:REFERENCE]", "cooper-store:REFERENCE". `client` and `store` outlive the
// result. Throws base::Error(usage).
[[nodiscard]] std::unique_ptr<DocumentSource> open_documents(const std::string& text,
                                                             registry::Client& client,
                                                             const store::Store& store);

// The rest of `text` after `prefix`; nullopt if it does not begin with it.
[[nodiscard]] std::optional<std::string> after_prefix(const std::string& text,
                                                      std::string_view prefix);
// The directory[:tag] of "oci-layout://" and of "oci:".
[[nodiscard]] std::optional<std::string> after_layout_prefix(const std::string& text);
// The parts of a "docker-archive:" place after its prefix; the reference may be empty.
struct DockerArchivePlace {
  std::string path, reference;
};
[[nodiscard]] DockerArchivePlace parse_docker_archive(const std::string& rest);
// A reference with docker:// or docker-image:// taken off.
[[nodiscard]] std::string plain_reference(const std::string& text);

}  // namespace cooper::images
