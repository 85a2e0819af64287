// One repository of a registry: manifests, blobs, tags (OCI distribution specification). Cheap to
// copy; thread-safe. All throw base::Error; what may be absent is optional or bool. Bytes are
// checked against their digest before they count.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/sink.h"
#include "oci/descriptor.h"
#include "registry/host.h"

namespace cooper::registry {

struct FetchedManifest {
  oci::Descriptor descriptor;  // digest and size of `bytes`, media type as the registry said
  std::string bytes;           // exactly as received
};

enum class DeleteResult { deleted, absent, unsupported };

class Repository {
 public:
  Repository(std::shared_ptr<Host> host, std::string name)
      : host_(std::move(host)), name_(std::move(name)) {}

  [[nodiscard]] Host& host() const noexcept { return *host_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string display_name() const { return host_->name() + "/" + name_; }

  // --- manifests; `reference` is a tag or a digest
  [[nodiscard]] std::optional<oci::Descriptor> head_manifest(const std::string& reference,
                                                             std::stop_token stop = {}) const;
  [[nodiscard]] std::optional<FetchedManifest> try_get_manifest(const std::string& reference,
                                                                std::stop_token stop = {}) const;
  [[nodiscard]] FetchedManifest get_manifest(const std::string& reference,
                                             std::stop_token stop = {}) const;
  // Stores `bytes`; a reply that names another digest is an error, a failure although it was stored
  // is not. Throws MissingBlobs when the registry lacks a blob of it.
  void put_manifest(const std::string& reference, const std::string& bytes,
                    const std::string& media_type, std::stop_token stop = {}) const;
  // By tag where the registry can (Gitea, distribution 3); `unsupported` where it deletes by digest
  // only.
  [[nodiscard]] DeleteResult delete_manifest(const std::string& reference,
                                             std::stop_token stop = {}) const;

  // --- blobs (uploads: blob_upload.h)
  [[nodiscard]] bool has_blob(const oci::Descriptor& blob, std::stop_token stop = {}) const;
  // Streams the blob; checks size and digest at the end (Error(corrupt)). A broken transfer goes on
  // where it stopped.
  void get_blob(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop = {}) const;

  // --- tags, in the registry's order; nullopt: no such repository
  [[nodiscard]] std::optional<std::vector<std::string>> list_tags(std::stop_token stop = {}) const;

  // --- for the other parts of this module
  [[nodiscard]] http::Request request(const std::string& method, const std::string& path,
                                      std::stop_token stop) const;
  [[nodiscard]] http::Response send(http::Request request, bool push = false) const;

 private:
  std::shared_ptr<Host> host_;
  std::string name_;
};

// The registry refused a manifest because a blob of it is not there (any more).
class MissingBlobs final : public base::Error {
 public:
  explicit MissingBlobs(const base::Error& error) : base::Error(error) {}
};

}  // namespace cooper::registry
