#include "builder/sandbox/agent_relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <list>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

// draft-ietf-sshm-ssh-agent: a message is its length in four bytes, its type in one, and the rest.
constexpr std::size_t kHeader = 4;
constexpr std::size_t kMaxMessage = std::size_t{256} << 10;
constexpr std::size_t kMaxClients = 64;
constexpr unsigned char kRequestIdentities = 11;
constexpr unsigned char kSignRequest = 13;
constexpr std::array<char, 5> kFailure{0, 0, 0, 1, 5};

// The socket `name` in the directory `fd` is open on, however long the path to it.
sockaddr_un address_in(const Fd& directory, const std::string& name) {
  const std::string path = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + name;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw base::Error(base::ErrorKind::usage, "name socket", name, "the name is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Fd new_socket(int flags) {
  Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!made) base::throw_errno("create", "socket");
  return made;
}

// The first whole message, if it has arrived.
std::size_t whole_message(const std::string& bytes) {
  if (bytes.size() < kHeader) return 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kHeader; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > kMaxMessage)
    throw base::Error(base::ErrorKind::limit, "read", "agent message", "it is too long");
  return bytes.size() < kHeader + length ? 0 : kHeader + length;
}

class Client {
 public:
  Client(Fd socket, const std::string& agent, int wake)
      : socket_(std::move(socket)), agent_(agent), wake_(wake) {}

  [[nodiscard]] int fd() const { return socket_.get(); }

  // Takes what has arrived and answers every whole message; false: the connection is over.
  bool serve() {
    if (!take(socket_, incoming_)) return false;
    for (std::size_t size = 0; (size = whole_message(incoming_)) != 0;) {
      const std::string answer = answer_to(incoming_.substr(0, size));
      incoming_.erase(0, size);
      if (!send(socket_, answer)) return false;
    }
    return true;
  }

 private:
  std::string answer_to(const std::string& message) {
    const auto type = message.size() > kHeader ? static_cast<unsigned char>(message[kHeader]) : 0;
    if (type != kRequestIdentities && type != kSignRequest)
      return {kFailure.begin(), kFailure.end()};
    if (!upstream_) upstream_ = connect_to_socket(agent_);
    std::string answer;
    if (!send(upstream_, message)) throw gone();
    while (whole_message(answer) == 0) {
      if (!wait(upstream_, POLLIN) || !take(upstream_, answer)) throw gone();
    }
    return answer;
  }

  [[nodiscard]] base::Error gone() const {
    return {base::ErrorKind::failure, "ask", agent_, "the ssh agent has gone"};
  }

  // False at the end of the relay.
  [[nodiscard]] bool wait(const Fd& socket, short events) const {
    std::array<pollfd, 2> polled{pollfd{socket.get(), events, 0}, pollfd{wake_, POLLIN, 0}};
    while (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno != EINTR) return false;
    }
    return polled[1].revents == 0;
  }

  static bool take(const Fd& socket, std::string& bytes) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  bool send(const Fd& socket, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count =
          ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        if (!wait(socket, POLLOUT)) return false;
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  Fd socket_, upstream_;
  const std::string& agent_;
  int wake_;
  std::string incoming_;
};

}  // namespace

Fd connect_to_socket(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const bool bare = slash == std::string::npos;
  const Fd directory = base::open_host_directory(bare ? "." : path.substr(0, slash + 1));
  const sockaddr_un address = address_in(directory, bare ? path : path.substr(slash + 1));
  Fd made = new_socket(0);
  if (::connect(made.get(), generic(address), sizeof address) != 0)
    base::throw_errno("connect to", path);
  return made;
}

AgentRelay::AgentRelay(std::string agent, const std::string& directory, const SocketOwner& owner)
    : agent_(std::move(agent)), listener_(new_socket(SOCK_NONBLOCK)) {
  const Fd place = base::open_host_directory(directory);
  const sockaddr_un address = address_in(place, kName);
  if (::bind(listener_.get(), generic(address), sizeof address) != 0)
    base::throw_errno("create", "the socket of an ssh agent");
  if (::fchownat(place.get(), kName, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
    base::throw_errno("set owner of", "the socket of an ssh agent");
  if (::fchmodat(place.get(), kName, owner.mode & 07777, 0) != 0)
    base::throw_errno("set mode of", "the socket of an ssh agent");
  if (::listen(listener_.get(), static_cast<int>(kMaxClients)) != 0)
    base::throw_errno("listen on", "the socket of an ssh agent");
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) base::throw_errno("create", "event descriptor");
  server_ = std::thread([this] { serve(); });
}

AgentRelay::~AgentRelay() {
  static_cast<void>(::eventfd_write(wake_.get(), 1));
  server_.join();
}

void AgentRelay::serve() noexcept {
  std::list<Client> clients;
  for (;;) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
    polled.push_back({clients.size() < kMaxClients ? listener_.get() : -1, POLLIN, 0});
    for (const Client& client : clients) polled.push_back({client.fd(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    std::size_t index = 2;
    for (auto client = clients.begin(); client != clients.end();) {
      bool open = true;
      try {
        open = polled[index++].revents == 0 || client->serve();
      } catch (const std::exception&) {
        open = false;  // the step sees that its agent has gone
      }
      client = open ? std::next(client) : clients.erase(client);
    }
    if (polled[1].revents == 0) continue;
    Fd made(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (made) clients.emplace_back(std::move(made), agent_, wake_.get());
  }
}

}  // namespace cooper::sandbox
