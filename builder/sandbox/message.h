// Messages between the builder and its sandbox processes: text with descriptors over a local stream
// socket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace cooper::sandbox {

struct Message {
  std::string text;
  std::vector<base::Fd> fds;  // at most 4
};

struct SocketPair {
  base::Fd mine, theirs;
};
[[nodiscard]] SocketPair open_socket_pair();

// Throws Error; never raises SIGPIPE.
void send_message(int socket, std::string_view text, std::span<const int> fds = {});

// The next message; nullopt when the other side closed. Throws Error on a message cut short or
// larger than 64 MiB.
[[nodiscard]] std::optional<Message> receive_message(int socket);

}  // namespace cooper::sandbox
