#include "builder/layer/layer_content.h"

#include <fcntl.h>

#include <array>

#include "base/error.h"
#include "builder/layer/checked_blob.h"
#include "builder/layer/layer_messages.h"
#include "builder/layer/layer_process.h"
#include "builder/layer/member_frames.h"
#include "builder/layer/reading_process.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int kPipeSize = 1 << 20;

// Runs `read` with the blob in this process.
template <class Read>
auto here(const BlobFile& blob, Read read) {
  CheckedBlob bytes(blob.file.duplicate(), blob.digest, blob.checked);
  try {
    return read(bytes, blob.digest.to_string());
  } catch (const Error&) {
    if (bytes.bad() && blob.set_aside) blob.set_aside();
    throw;
  }
}

// What the process says at its end; `use` reads what comes before that.
std::string apart(const BlobFile& blob, Wanted wanted, std::stop_token stop,
                  const std::function<void(base::Source& pipe)>& use) {
  const std::string name = blob.digest.to_string();
  const auto cancelled = [&] { return Error(ErrorKind::cancelled, "read layer", name, "stopped"); };
  if (stop.stop_requested()) throw cancelled();
  base::Pipe pipe = base::open_pipe();
  static_cast<void>(::fcntl(pipe.write.get(), F_SETPIPE_SZ, kPipeSize));  // else it is slower
  const ReadingProcess reader;
  const std::stop_callback hang_up(stop, [&] { reader.kill(); });
  try {
    sandbox::send_message(reader.control(),
                          kContent + content_task_to_json({blob.digest, blob.checked, wanted}),
                          std::array{blob.file.get(), pipe.write.get()});
    pipe.write.reset();
    base::FdSource source(std::move(pipe.read), name);
    use(source);
    std::vector<std::byte> rest(std::size_t{64} << 10);
    while (source.read(rest) > 0) continue;
    const auto message = sandbox::receive_message(reader.control());
    if (message && message->text.starts_with(kBadBlob) && blob.set_aside) blob.set_aside();
    std::string body = finished_body(message, "read layer", name);
    reader.wait();
    return body;
  } catch (const Error&) {
    if (stop.stop_requested()) throw cancelled();
    throw;
  }
}

}  // namespace

std::optional<BlobFile> open_blob_file(const store::Store& store, const oci::Digest& digest) {
  auto file = store.open_blob_fd(digest);
  if (!file) return std::nullopt;
  return BlobFile{std::move(*file), digest, false,
                  [&store, digest] { store.quarantine_blob(digest); }};
}

void read_tar(const BlobFile& blob, std::stop_token stop,
              const std::function<void(base::Source& tar)>& use) {
  if (reads_layers_apart()) {
    static_cast<void>(apart(blob, Wanted::tar, std::move(stop), use));
    return;
  }
  here(blob, [&](base::Source& bytes, const std::string& name) {
    read_tar_here(bytes, name, {}, use, std::move(stop));
  });
}

void read_members(const BlobFile& blob, std::stop_token stop, MemberVisitor& visitor) {
  if (reads_layers_apart()) {
    bool whole = false;
    static_cast<void>(apart(blob, Wanted::members, std::move(stop),
                            [&](base::Source& frames) { whole = visit_frames(frames, visitor); }));
    if (!whole)
      throw Error(ErrorKind::failure, "read layer", blob.digest.to_string(),
                  "the process that reads it did not tell all of it");
    return;
  }
  here(blob, [&](base::Source& bytes, const std::string& name) {
    read_members_here(bytes, name, {}, visitor, std::move(stop));
  });
}

LayerState check_layer(const BlobFile& blob, std::stop_token stop) {
  if (reads_layers_apart())
    return parse_state(apart(blob, Wanted::state, std::move(stop), [](base::Source&) {}));
  return here(blob, [&](base::Source& bytes, const std::string& name) {
    return check_layer_here(bytes, name, {}, std::move(stop));
  });
}

}  // namespace cooper::layer
