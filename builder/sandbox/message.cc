#include "builder/sandbox/message.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

constexpr std::size_t kMaxFds = 4;
constexpr std::uint32_t kMaxText = 64U << 20;

union Control {
  cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> bytes;
};

void send_bytes(int socket, const char* data, std::size_t size) {
  while (size != 0) {
    const ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) base::throw_errno("talk to", "the sandbox");
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

// False at the end of the stream before the first byte.
bool receive_bytes(int socket, char* data, std::size_t size) {
  const std::size_t whole = size;
  while (size != 0) {
    const ssize_t got = recv(socket, data, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != ECONNRESET) base::throw_errno("listen to", "the sandbox");
    if (got <= 0) {
      if (size == whole) return false;
      throw Error(ErrorKind::failure, "listen to", "the sandbox", "the message was cut short");
    }
    data += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// The length comes first and carries the descriptors.
ssize_t receive_length(int socket, std::uint32_t& length, std::vector<Fd>& fds) {
  Control control{};
  iovec part{&length, sizeof length};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return got;
  for (cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr; one = CMSG_NXTHDR(&header, one)) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (one->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(one) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return got;
}

}  // namespace

SocketPair open_socket_pair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    base::throw_errno("make a socket pair", "");
  }
  return {Fd(fds[0]), Fd(fds[1])};
}

void send_message(int socket, std::string_view text, std::span<const int> fds) {
  auto length = static_cast<std::uint32_t>(text.size());
  if (text.size() > kMaxText || fds.size() > kMaxFds) {
    throw Error(ErrorKind::limit, "talk to", "the sandbox", "the message is larger than 64 MiB");
  }
  Control control{};
  iovec part{&length, sizeof length};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* one = CMSG_FIRSTHDR(&header);
    one->cmsg_level = SOL_SOCKET;
    one->cmsg_type = SCM_RIGHTS;
    one->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(one), fds.data(), fds.size_bytes());
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent != sizeof length) base::throw_errno("talk to", "the sandbox");
  send_bytes(socket, text.data(), text.size());
}

std::optional<Message> receive_message(int socket) {
  Message message;
  std::uint32_t length = 0;
  const ssize_t got = receive_length(socket, length, message.fds);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return std::nullopt;
  if (got < 0) base::throw_errno("listen to", "the sandbox");
  if (got != sizeof length || length > kMaxText) {
    throw Error(ErrorKind::failure, "listen to", "the sandbox", "not a message");
  }
  message.text.resize(length);
  if (length != 0 && !receive_bytes(socket, message.text.data(), length)) {
    throw Error(ErrorKind::failure, "listen to", "the sandbox", "the message was cut short");
  }
  return message;
}

}  // namespace cooper::sandbox
