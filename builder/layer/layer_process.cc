#include "builder/layer/layer_process.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "base/error.h"
#include "base/source.h"
#include "builder/layer/layer_messages.h"
#include "builder/layer/reading_process.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxIndex = std::uint64_t{4} << 30;

std::atomic<bool>& apart() {
  static std::atomic<bool> value = false;
  return value;
}

void answer_find(int control, const std::string& path, const ReadOptions& options) {
  const auto found = options.find_lower(path);
  std::string text(1, found ? kEntry : kNothing);
  if (found) text += serialize(LayerIndex({*found}));
  sandbox::send_message(control, text);
}

void answer_open(int control, const std::string& path, const ReadOptions& options) {
  const base::Fd file = options.open_lower(path);
  const int fd = file.get();
  sandbox::send_message(control, std::string(1, kOpened), std::span(&fd, 1));
}

// Answers questions until the result comes.
ReadLayer converse(const store::Store& store, const LayerTask& task, int control,
                   const ReadOptions& options) {
  const std::string name = task.descriptor.digest.to_string();
  while (auto message = sandbox::receive_message(control)) {
    if (message->text.empty()) break;
    const std::string body = message->text.substr(1);
    switch (message->text.front()) {
      case kFindLower:
        if (!options.find_lower) break;
        answer_find(control, body, options);
        continue;
      case kOpenLower:
        if (!options.open_lower) break;
        answer_open(control, body, options);
        continue;
      case kBadBlob: store.quarantine_blob(task.descriptor.digest); [[fallthrough]];
      default: return parse_result(finished_body(message, "read layer", name));
    }
    break;
  }
  return parse_result(finished_body(std::nullopt, "read layer", name));
}

}  // namespace

void read_layers_apart() { apart() = true; }
bool reads_layers_apart() { return apart(); }

ReadLayer read_layer_apart(const store::Store& store, const LayerTask& task, int directory,
                           std::stop_token stop, const ReadOptions& options) {
  const std::string name = task.descriptor.digest.to_string();
  const auto cancelled = [&] { return Error(ErrorKind::cancelled, "read layer", name, "stopped"); };
  if (stop.stop_requested()) throw cancelled();
  const auto blob = store.open_blob_fd(task.descriptor.digest);
  if (!blob) throw Error(ErrorKind::not_found, "read layer", name, "the store does not have it");
  const base::Fd index(::memfd_create("layer index", MFD_CLOEXEC));
  if (!index) base::throw_errno("make memory file for", "a layer's index");
  std::vector<int> fds{blob->get(), index.get()};
  if (directory >= 0) fds.push_back(directory);
  const ReadingProcess reader;
  const std::stop_callback hang_up(stop, [&] { ::shutdown(reader.control(), SHUT_RDWR); });
  try {
    sandbox::send_message(reader.control(), kTask + task_to_json(task, options), fds);
    ReadLayer result = converse(store, task, reader.control(), options);
    reader.wait();
    if (!task.want_index) return result;
    if (::lseek(index.get(), 0, SEEK_SET) != 0) base::throw_errno("read", "a layer's index");
    base::FdSource bytes(index.duplicate(), name);
    result.index = parse_layer_index(base::read_all(bytes, kMaxIndex, name));
    return result;
  } catch (const Error&) {
    if (stop.stop_requested()) throw cancelled();
    throw;
  }
}

}  // namespace cooper::layer
