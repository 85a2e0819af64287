// A layer's blob for those who want neither index nor files of it: its tar, the bytes of its
// members, or only whether it is sound. Where layers are read apart (layer_process.h) such a
// process decompresses and parses, and what it says comes through a pipe; else this one does.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/source.h"
#include "builder/layer/layer_limits.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::layer {

struct BlobFile {
  base::Fd file;  // at its beginning
  oci::Digest digest;
  bool checked = false;  // it was just found to have that digest: it is not hashed again
  std::function<void()> set_aside = {};  // called when the file does not have that digest
};
// nullopt: the store does not have it. A damaged one is quarantined. `store` outlives the result.
[[nodiscard]] std::optional<BlobFile> open_blob_file(const store::Store& store,
                                                     const oci::Digest& digest);

// All of these throw base::Error as read_layer() does.

// `use` reads the tar; what it leaves is read and dropped. Nothing that it read may be believed
// before this returned.
void read_tar(const BlobFile& blob, std::stop_token stop,
              const std::function<void(base::Source& tar)>& use);

// Called for each member of a tar, in its order.
class MemberVisitor {
 public:
  MemberVisitor() = default;
  MemberVisitor(const MemberVisitor&) = delete;
  MemberVisitor& operator=(const MemberVisitor&) = delete;
  virtual ~MemberVisitor() = default;

  virtual void begin(const std::string& path) = 0;  // without leading "/" and "./"
  virtual void feed(std::span<const std::byte> bytes) = 0;
  virtual void end() = 0;
};
void read_members(const BlobFile& blob, std::stop_token stop, MemberVisitor& visitor);

struct LayerState {
  oci::DiffId diff_id;
  Compression compression = Compression::none;
  std::string fault;  // what is wrong with the tar, if something is
};
// The whole of it, to the last member of its tar. Throws when it cannot be decompressed or a limit
// is reached.
[[nodiscard]] LayerState check_layer(const BlobFile& blob, std::stop_token stop);

// --- In this process.
void read_tar_here(base::Source& blob, const std::string& name, const LayerLimits& limits,
                   const std::function<void(base::Source& tar)>& use, std::stop_token stop = {});
void read_members_here(base::Source& blob, const std::string& name, const LayerLimits& limits,
                       MemberVisitor& visitor, std::stop_token stop = {});
[[nodiscard]] LayerState check_layer_here(base::Source& blob, const std::string& name,
                                          const LayerLimits& limits, std::stop_token stop = {});

}  // namespace cooper::layer
