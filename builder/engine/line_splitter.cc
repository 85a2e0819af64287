#include "builder/engine/line_splitter.h"

namespace cooper::engine {

void LineSplitter::emit(int stream, std::string& pending) {
  if (!pending.empty() && pending.back() == '\r') pending.pop_back();
  on_line_(stream, std::exchange(pending, {}));
}

// A line that is too long. A word that is longer than a line may be keeps growing.
void LineSplitter::cut(int stream, std::string& pending) {
  const std::size_t kept = unfinished_ ? unfinished_(pending) : 0;
  if (kept >= pending.size()) return;
  std::string rest = pending.substr(pending.size() - kept);
  pending.resize(pending.size() - kept);
  emit(stream, pending);
  pending = std::move(rest);
}

void LineSplitter::add(int stream, std::string_view bytes) {
  std::string& pending = pending_[stream == 2 ? 1 : 0];
  while (!bytes.empty()) {
    const std::size_t room = most_ > pending.size() ? most_ - pending.size() : 1;
    const std::string_view part = bytes.substr(0, room);
    const std::size_t end = part.find('\n');
    if (end == std::string_view::npos) {
      pending += part;
      bytes.remove_prefix(part.size());
      if (pending.size() >= most_) cut(stream, pending);
    } else {
      pending += part.substr(0, end);
      bytes.remove_prefix(end + 1);
      emit(stream, pending);
    }
  }
}

void LineSplitter::finish() {
  for (int stream = 1; stream <= 2; ++stream) {
    if (!pending_[stream - 1].empty()) emit(stream, pending_[stream - 1]);
  }
}

}  // namespace cooper::engine
