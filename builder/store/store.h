// The store: content-addressed blobs in a directory that IS an OCI image layout (oci-layout,
// index.json, blobs/sha256/<hex>), so other tools read it; cooper's own records live below cooper/
// in it.
//
//   <root>/oci-layout  index.json  blobs/sha256/<hex> (0444)
//   <root>/cooper/version  stamps  records/<kind>/<name>  tmp/<random>{,.lock}  locks/<kind>
//   snapshots-<boot>/  mounts/
//
// Promises: a file under a final name is complete (written without a name, hashed, then linked);
// any kill or full disk leaves a valid store; any number of processes may use one store at once
// (kernel locks). Thread-safe. Throws base::Error. Durability: blobs are flushed to the disk behind
// the build's back; flush() waits for that, so what a build reported as done survives a power cut.
// What was not flushed is found out after a reboot, because a blob is trusted without reading only
// if the stamp noted for it (inode, size, times, boot) still fits; records that do not parse count
// as absent. The root belongs to the caller and nobody else may write to it, else it is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/sink.h"
#include "base/source.h"
#include "builder/store/holds.h"
#include "oci/descriptor.h"
#include "oci/digest.h"

namespace cooper::store {

// A blob being written. Hashes what passes; commit() publishes it. Destroyed uncommitted: nothing
// remains.
class BlobWriter : public base::Sink {
 public:
  // Publishes under the digest of what was written. `expected`: size and digest must match, else
  // Error(corrupt).
  [[nodiscard]] virtual oci::Digest commit(
      const std::optional<oci::Descriptor>& expected = std::nullopt) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

// Held while alive; the kernel drops it when the process dies.
class Lock {
 public:
  explicit Lock(base::Fd fd) : fd_(std::move(fd)) {}

 private:
  base::Fd fd_;
};

// A private directory below cooper/tmp, removed (tree and all) on destruction, or by a later run if
// we are killed. Does not outlive its store.
class TempDirectory {
 public:
  TempDirectory(TempDirectory&&) noexcept;
  TempDirectory& operator=(TempDirectory&&) noexcept;
  ~TempDirectory();
  [[nodiscard]] int fd() const noexcept { return dir_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }  // absolute, ours
 private:
  friend class Store;
  TempDirectory(base::Fd parent, base::Fd dir, std::string name, std::string path);
  base::Fd parent_, dir_;
  std::string name_, path_;
};

// Whether what a process looks at is thereby held (see Store::hold).
enum class Holding { yes, no };

class Store {
 public:
  // Opens or creates the store at `path`; removes what dead processes left in tmp. Who only looks
  // after the store (listings, collection) holds nothing.
  [[nodiscard]] static Store open(const std::string& path, Holding holding = Holding::yes);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] int root_fd() const;

  // --- blobs
  [[nodiscard]] std::unique_ptr<BlobWriter> new_blob();
  oci::Digest put_blob(std::string_view bytes);  // small documents
  [[nodiscard]] bool has_blob(const oci::Digest& digest) const;
  [[nodiscard]] std::optional<std::uint64_t> blob_size(const oci::Digest& digest) const;
  // Reads a blob and checks its digest on the way: the last read() throws Error(corrupt) instead of
  // returning the end, after the bad blob was moved to quarantine. nullptr when absent.
  [[nodiscard]] std::unique_ptr<base::Source> open_blob(const oci::Digest& digest) const;
  // Opens for sending: a plain descriptor; the caller verifies first or hashes. nullopt when
  // absent.
  [[nodiscard]] std::optional<base::Fd> open_blob_fd(const oci::Digest& digest) const;
  [[nodiscard]] std::optional<std::string> read_blob(const oci::Digest& digest,
                                                     std::uint64_t limit) const;
  // A manifest, an index or a configuration, within the limit documentBytes.
  [[nodiscard]] std::optional<std::string> read_document(const oci::Digest& digest) const;
  // True when the blob is there and trustworthy: its (inode, size, mtime, ctime) are those noted
  // when it was last hashed, or it was hashed again just now. A corrupt blob is quarantined and
  // gives false.
  [[nodiscard]] bool verify_blob(const oci::Digest& digest) const;
  void quarantine_blob(const oci::Digest& digest) const;

  // --- records: small named documents (step results, layer descriptors); kind is a word, name
  // hexadecimal
  [[nodiscard]] std::optional<std::string> read_record(std::string_view kind,
                                                       const std::string& name) const;
  void write_record(std::string_view kind, const std::string& name, std::string_view content) const;
  void remove_record(std::string_view kind, const std::string& name) const;
  [[nodiscard]] std::vector<std::string> list_records(std::string_view kind) const;
  // Open for a mapped or streamed read; records may be large (layer indexes). nullopt when absent.
  [[nodiscard]] std::optional<base::Fd> open_record(std::string_view kind,
                                                    const std::string& name) const;
  void touch_record(std::string_view kind,
                    const std::string& name) const;  // last use, for collection

  // --- use and collection
  // This process needs blobs/<name>, <kind>/<name> and so on from now until it ends: collection
  // leaves it alone. If it was there when this returns, it stays. Every function above does this by
  // itself; only what lies in directory() must be held by its owner. Cheap when said before.
  void hold(std::string_view kind, const std::string& name) const;
  // What all live processes hold. While the result lives nobody can hold more: keep it short.
  [[nodiscard]] HeldThings exclude_holders() const;

  // --- images: index.json, annotated with org.opencontainers.image.ref.name = full reference
  // First waits until every blob written by this process is on the disk: after a power cut no image
  // has a name without its blobs. Those of other processes: flush_blob().
  void tag_image(const std::string& reference, const oci::Descriptor& manifest) const;
  [[nodiscard]] std::optional<oci::Descriptor> find_image(const std::string& reference) const;
  struct TaggedImage {
    std::string reference;
    oci::Descriptor manifest;
  };
  [[nodiscard]] std::vector<TaggedImage> list_images() const;
  bool untag_image(const std::string& reference) const;

  // Waits until every blob written by this process is on the disk.
  void flush() const;
  // From now on flush() waits for this blob too, if another process has written it just now.
  void flush_blob(const oci::Digest& digest) const;

  // --- work space and locks
  [[nodiscard]] TempDirectory new_temp_directory() const;
  // Removes it behind the caller's back, at the latest when the store closes.
  void discard(TempDirectory directory) const;
  // Waits for the exclusive lock `kind/name`; `waiting` is called once if it is taken by someone
  // else. Throws Error(cancelled).
  [[nodiscard]] Lock lock(std::string_view kind, const std::string& name, std::stop_token stop,
                          const std::function<void()>& waiting = {}) const;
  [[nodiscard]] std::optional<Lock> try_lock(std::string_view kind, const std::string& name) const;
  // From now on `told` hears of each wait in lock(), by any thread, that lasts longer than two
  // seconds and has no `waiting` of its own: once, with the kind and name of the lock. {} ends
  // that.
  using LongWait = std::function<void(std::string_view kind, const std::string& name)>;
  void on_long_wait(LongWait told) const;
  // A directory of ours below cooper/, created 0700 when missing: "snapshots", "mounts".
  [[nodiscard]] base::Fd directory(const std::string& name) const;
  // Names this boot of the machine, for what must not outlive a power cut unflushed.
  [[nodiscard]] const std::string& boot() const;
  // Removes the directories below cooper/ whose name begins with `prefix`, but `keep`. Nobody uses
  // them.
  void remove_directories(const std::string& prefix, const std::string& keep) const;

 private:
  struct State;
  explicit Store(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace cooper::store
