// The key of a step: a pure function of everything that can change its result, and of nothing else
// (rows K1-K12).
//
// A key is made of named parts so that `cache why` can say which part differs; the key is the
// SHA-256 over the length-framed parts and the format version. Values of secrets are never a part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder/plan/build_graph.h"
#include "oci/digest.h"

namespace cooper::cache {

// A request's name; the result it leads to has its own digests.
struct StepKey {
  std::string hex;
  auto operator<=>(const StepKey&) const = default;
};

// One part: "env APP_ENV" = "production", "file composer.json" = "0644 0:0 sha256:...".
struct KeyPart {
  std::string name;
  std::string value;
  bool operator==(const KeyPart&) const = default;
};

class KeyParts {
 public:
  void add(std::string name, std::string value);
  void reserve(std::size_t more) { parts_.reserve(parts_.size() + more); }
  [[nodiscard]] const std::vector<KeyPart>& parts() const noexcept { return parts_; }
  [[nodiscard]] StepKey key() const;

 private:
  std::vector<KeyPart> parts_;
};

// What every key holds besides the operation.
struct KeyScope {
  // File system the step starts from; nullopt: empty. A --link copy uses it only to look up names
  // in --chown.
  std::optional<oci::ChainId> parent;
  oci::Platform platform;
  std::optional<std::int64_t> epoch;  // SOURCE_DATE_EPOCH clamps file times, so it is an input
  std::string space = {};             // --cache-scope: builds of one never see results of another
};

// `mount_inputs`: for each mount that has an input, in order, the content digest of what it shows.
// Throws base::Error(failure) if their number is another. A cache mount's id, sharing and content
// are no part (row R9).
[[nodiscard]] KeyParts run_key(const plan::RunOp& op, const KeyScope& scope,
                               const std::vector<std::string>& mount_inputs);

// One file or directory a COPY takes: where it goes relative to the destination, and what it is (no
// mtime: row K2).
struct CopiedItem {
  std::string path;
  std::string facts;  // canonical: type, mode, uid, gid, link, xattrs, device, content digest
};
// `items`: what the sources mean, in an order that is always the same. URLs are no part, what they
// gave is.
[[nodiscard]] KeyParts copy_key(const plan::CopyOp& op, const KeyScope& scope,
                                std::vector<CopiedItem> items);
[[nodiscard]] KeyParts workdir_key(const plan::WorkdirOp& op, const KeyScope& scope);

}  // namespace cooper::cache
